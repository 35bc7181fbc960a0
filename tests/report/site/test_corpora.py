from tfrepro.corpora import registry
from tfrepro.report.site.corpora import MADE_HERE, Kind, kind_of, order_of

# Corpora that are built from no source of the registry, but from files that people have.
BROUGHT = {"own", "venue188", "eastern"}
REGISTRIES = (
    registry.SOUND_CORPORA,
    registry.VIDEO_CORPORA,
    registry.MICRO_VIDEO_CORPORA,
    registry.MUSIC_VIDEO_CORPORA,
)


def corpus(name, stands_in_for="VENUE-188"):
    return {"name": name, "stands_in_for": stands_in_for}


def test_every_corpus_without_a_source_is_known_as_made_here_or_brought():
    made = {name for r in REGISTRIES for name, entry in r.items() if not entry.sources}
    assert made == MADE_HERE | BROUGHT


def test_no_corpus_that_is_made_here_is_built_from_a_source():
    real = {name for r in REGISTRIES for name, entry in r.items() if entry.sources}
    assert not real & MADE_HERE


def test_only_the_papers_own_data_is_comparable():
    kinds = [kind_of(corpus("venue188", None)), kind_of(corpus("mosi")), kind_of(corpus("planted"))]
    assert kinds == [Kind.PAPER, Kind.REAL, Kind.MADE]
    assert [kind.comparable for kind in kinds] == [True, False, False]


def test_real_corpora_come_before_synthetic_ones():
    some = [corpus("planted"), corpus("yt8m"), corpus("esc10"), corpus("eastern", None)]
    names = [one["name"] for one in sorted(some, key=order_of)]
    assert names == ["eastern", "esc10", "yt8m", "planted"]
