"""Videos made here have the shape of YouTube-8M's, and a structure to be found."""

import numpy as np
import pytest

from tfrepro.simulate.yt8m import VERTICALS, video_shards, vocabulary

LABELS = 240
SEED = 1


@pytest.fixture(scope="module")
def videos():
    """All videos of a set of 3,024: ids, labels, (N, 1024), (N, 128)."""
    parts = list(video_shards(3024, 6, SEED, labels=LABELS, noise=1.0))
    return (
        [name for part in parts for name in part.ids],
        [labels for part in parts for labels in part.labels],
        np.concatenate([part.mean_rgb for part in parts]),
        np.concatenate([part.mean_audio for part in parts]),
    )


def canonical_recall(x, y, train, *, ridge=0.3, components=100, pool=256, best=10):
    """Share of test videos whose x is among the ``best`` nearest to its y, in pools.

    Regularised canonical correlation analysis on the first ``train`` rows,
    components weighted by their correlation, cosine similarity.
    """
    views = []
    for view in (x, y):
        known = view[:train]
        z = (view - known.mean(axis=0)) / known.std(axis=0)
        values, vectors = np.linalg.eigh(z[:train].T @ z[:train] / train)
        views.append(z @ vectors / np.sqrt(values + ridge))
    left, weight, right = np.linalg.svd(views[0][:train].T @ views[1][:train] / train)
    a = views[0][train:] @ left[:, :components] * weight[:components]
    b = views[1][train:] @ right[:components].T * weight[:components]
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    hits = []
    for start in range(0, len(a) - pool + 1, pool):
        likeness = b[start : start + pool] @ a[start : start + pool].T
        hits.append((likeness > np.diag(likeness)[:, None]).sum(axis=1) < best)
    return np.mean(hits)


def test_shapes_types_and_sizes_are_those_asked_for():
    parts = list(video_shards(50, 3, SEED, labels=30, noise=1.0))
    assert [len(part.ids) for part in parts] == [17, 17, 16]
    for part in parts:
        assert part.mean_rgb.shape == (len(part.ids), 1024)
        assert part.mean_audio.shape == (len(part.ids), 128)
        assert part.mean_rgb.dtype == part.mean_audio.dtype == np.float32


def test_the_same_seed_gives_the_same_videos_and_another_does_not():
    def first(seed):
        return next(video_shards(40, 2, seed, labels=30, noise=1.0))

    assert np.array_equal(first(1).mean_rgb, first(1).mean_rgb)
    assert first(1).ids == first(1).ids
    assert not np.array_equal(first(1).mean_rgb, first(2).mean_rgb)
    assert first(1).ids != first(2).ids


def test_no_two_videos_share_an_id(videos):
    assert len(set(videos[0])) == 3024
    assert all(len(name) == 4 and name.isalnum() for name in videos[0])


def test_labels_ascend_and_their_popularity_has_a_long_tail(videos):
    assert all(labels.tolist() == sorted(set(labels)) for labels in videos[1])
    counts = np.bincount(np.concatenate(videos[1]), minlength=LABELS)
    assert 2 < sum(counts) / len(videos[1]) < 4
    assert counts[:5].mean() > 10 * counts[-120:].mean() > 0


def test_values_have_the_scale_of_the_real_vectors(videos):
    for x, mean_deviation, first, last in (
        (videos[2], 0.458, 0.78, 0.40),
        (videos[3], 0.681, 0.90, 0.62),
    ):
        deviation = x.std(axis=0)
        assert deviation.mean() == pytest.approx(mean_deviation, rel=0.05)
        assert deviation[:5].mean() == pytest.approx(first, rel=0.1)
        assert deviation[-20:].mean() == pytest.approx(last, rel=0.1)
        assert x.min() >= -1.9921875
        assert x.max() <= 2.0078125


def test_a_linear_method_finds_partners_about_as_often_as_in_real_data(videos):
    recall = canonical_recall(videos[2], videos[3], 2000)
    assert 0.50 < recall < 0.65
    assert canonical_recall(videos[2], np.roll(videos[3], 1, axis=0), 2000) < 0.15


def test_a_pool_holds_several_videos_of_the_same_first_label(videos):
    first = np.array([labels[0] for labels in videos[1]])
    same = (first[2000:2256, None] == first[None, 2000:2256]).sum(axis=1)
    assert np.median(same) > 3


def test_less_noise_makes_partners_easier_to_find():
    parts = list(video_shards(1512, 1, SEED, labels=LABELS, noise=0.3))
    assert canonical_recall(parts[0].mean_rgb, parts[0].mean_audio, 1000) > 0.75


def test_the_vocabulary_has_the_columns_of_the_real_one_and_falling_counts():
    words = vocabulary(LABELS, SEED)
    assert list(words) == [
        "Index",
        "TrainVideoCount",
        "KnowledgeGraphId",
        "Name",
        "WikiUrl",
        "Vertical1",
        "Vertical2",
        "Vertical3",
        "WikiDescription",
    ]
    assert words["Index"].tolist() == list(range(LABELS))
    assert words["TrainVideoCount"].is_monotonic_decreasing
    assert words["Name"].is_unique
    assert set(words["Vertical1"]) == set(VERTICALS)
    assert words.equals(vocabulary(LABELS, SEED))


def test_the_vertical_shows_in_both_vectors(videos):
    words = vocabulary(LABELS, SEED)
    y = words["Vertical1"].astype("category").cat.codes.to_numpy()[[of[0] for of in videos[1]]]
    for x in videos[2:]:
        centres = np.stack([x[:2000][y[:2000] == of].mean(axis=0) for of in range(len(VERTICALS))])
        found = ((x[2000:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        assert 0.3 < (found == y[2000:]).mean() < 0.9
