"""Low-rank completion against alternating least squares row by row and column by column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features import completion as module
from tfrepro.features.completion import LowRankCompletion, find_patterns, start_columns

WIDTHS = {"visual": 9, "acoustic": 5, "textual": 4}


def make_blocks(N=60, widths=WIDTHS, causes=3, noise=0.5, seed=0, dtype=np.float64):
    """Noisy linear views of hidden causes, each block on a scale of its own."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    U = rng.standard_normal((N, causes))
    blocks = {}
    for number, (name, width) in enumerate(widths.items()):
        X = U @ world.standard_normal((causes, width)) + noise * rng.standard_normal((N, width))
        blocks[name] = (10**number * X + 7 * number).astype(dtype)
    return blocks


def make_missing(N=60, names=WIDTHS, share=0.3, seed=1):
    rng = np.random.default_rng(seed)
    return {name: rng.random(N) < share for name in names}


def with_nan(blocks, missing):
    """One array (N, D), NaN where a block is missing."""
    parts = [np.where(missing[name][:, None], np.nan, blocks[name]) for name in blocks]
    return np.concatenate(parts, axis=1).astype(np.float64)


def standardise(R, by):
    mean, std = np.nanmean(by, axis=0), np.nanstd(by, axis=0)
    return (R - mean) / np.where(std > 1e-12, std, np.inf), mean, std


def solve_plainly(R, M, ridge):
    """The factors (f, n) of each row of R (n, D), one after another, given M (f, D)."""
    U = np.zeros((len(M), len(R)))
    for i, r in enumerate(R):
        known = ~np.isnan(r)
        if known.any():
            M_i = M[:, known]
            A = M_i @ M_i.T + ridge * known.sum() * np.eye(len(M))
            U[:, i] = np.linalg.solve(A, M_i @ r[known])
    return U


def plain_als(R, M, ridge, sweeps):
    """M, RMSE and J after each sweep, as the paper prints them."""
    rmse, objective = [], []
    n = ~np.isnan(R)
    for _ in range(sweeps):
        U = solve_plainly(R, M, ridge)
        M = solve_plainly(R.T, U, ridge)
        error = np.nansum((R - U.T @ M) ** 2)
        penalty = n.sum(axis=1) @ (U**2).sum(axis=0) + n.sum(axis=0) @ (M**2).sum(axis=0)
        rmse.append(np.sqrt(error / n.sum()))
        objective.append(error + ridge * penalty)
    return M, rmse, objective


def reference(blocks, missing, model):
    """Column factors, RMSE, J and completed rows (N, D) by the plain way from the same start."""
    holed = with_nan(blocks, missing)
    R, mean, std = standardise(holed, by=holed)
    M = side_by_side(start_columns(blocks, model.factors, model.seed))
    M, rmse, objective = plain_als(R, M, model.ridge, model.sweeps)
    predicted = (solve_plainly(R, M, model.ridge).T @ M) * std + mean
    return M, rmse, objective, np.where(np.isnan(R), predicted, holed)


def side_by_side(arrays):
    return np.concatenate([*arrays.values()], axis=1)


def assert_like_the_plain_way(blocks, missing, model, tolerance):
    M, rmse, objective, completed = reference(blocks, missing, model)
    model.fit(blocks, missing)
    np.testing.assert_allclose(side_by_side(model.column_factors_), M, atol=tolerance)
    np.testing.assert_allclose(model.rmse_, rmse, atol=tolerance)
    np.testing.assert_allclose(model.objective_, objective, rtol=tolerance, atol=tolerance)
    filled = side_by_side(model.complete(blocks, missing))
    assert filled.dtype == np.float32
    scale = np.maximum(1, np.abs(completed).max(axis=0))
    np.testing.assert_allclose(filled / scale, completed / scale, atol=max(tolerance, 1e-6))


@st.composite
def problems(draw):
    """Blocks of any small shape, rows that miss any of them, each block seen at least once."""
    N = draw(st.integers(1, 9))
    widths = draw(st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), min_size=1))
    missing = {}
    for name in widths:
        missing[name] = np.array(draw(st.lists(st.booleans(), min_size=N, max_size=N)))
        missing[name][draw(st.integers(0, N - 1))] = False
    return make_blocks(N, widths, seed=draw(st.integers(0, 99))), missing


class TestAgainstThePlainWay:
    @pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-8), (np.float32, 1e-4)])
    def test_all_rows_of_a_pattern_at_once_give_what_each_row_alone_gives(self, dtype, tolerance):
        model = LowRankCompletion(factors=4, tolerance=0, sweeps=6)
        assert_like_the_plain_way(make_blocks(dtype=dtype), make_missing(), model, tolerance)

    @settings(deadline=None, max_examples=40)
    @given(problems(), st.integers(1, 6), st.sampled_from([1e-3, 0.05, 1.0]))
    def test_so_they_do_for_any_shapes_and_patterns(self, problem, factors, ridge):
        model = LowRankCompletion(factors, ridge, tolerance=0, sweeps=3)
        assert_like_the_plain_way(*problem, model, 1e-6)

    def test_blocks_may_differ_in_precision(self):
        blocks = make_blocks()
        blocks["acoustic"] = blocks["acoustic"].astype(np.float32)
        blocks["textual"] = blocks["textual"].astype(int)
        model = LowRankCompletion(factors=4, tolerance=0, sweeps=3)
        assert_like_the_plain_way(blocks, make_missing(), model, 1e-4)


class TestFit:
    @settings(deadline=None, max_examples=40)
    @given(problems(), st.integers(1, 6), st.sampled_from([1e-3, 0.05, 1.0]))
    def test_the_objective_never_rises(self, problem, factors, ridge):
        J = LowRankCompletion(factors, ridge, tolerance=0, sweeps=15).fit(*problem).objective_
        assert (np.diff(J) <= 1e-10 * (1 + J[0])).all()

    def test_the_objective_never_rises_in_single_precision(self):
        model = LowRankCompletion(5, tolerance=0).fit(
            make_blocks(500, dtype=np.float32), make_missing(500)
        )
        assert (np.diff(model.objective_) <= 1e-6 * model.objective_[0]).all()

    def test_components_are_shrunk_by_the_ridge_and_small_ones_dropped(self):
        blocks, missing = make_blocks(noise=1.0), make_missing(share=0)
        model = LowRankCompletion(18, 0.2, tolerance=0, sweeps=400).fit(blocks, missing)
        R, _, _ = standardise(side_by_side(blocks), by=side_by_side(blocks))
        s = np.linalg.svd(R / np.sqrt(R.size), compute_uv=False)
        M = side_by_side(model.column_factors_)
        sizes = np.linalg.svd(M / np.sqrt(M.shape[1]), compute_uv=False) ** 2
        assert (s < 0.2).any()
        np.testing.assert_allclose(sizes, np.maximum(s - 0.2, 0), atol=1e-6)

    def test_it_ends_when_a_sweep_changes_the_error_little(self):
        model = LowRankCompletion(4, tolerance=1e-3).fit(make_blocks(), make_missing())
        steps = np.abs(np.diff(model.rmse_))
        assert len(model.rmse_) == len(model.objective_) < 50
        assert steps[-1] < 1e-3
        assert (steps[:-1] >= 1e-3).all()

    def test_there_are_no_more_sweeps_than_allowed(self):
        model = LowRankCompletion(4, tolerance=0, sweeps=3).fit(make_blocks(), make_missing())
        assert len(model.rmse_) == 3

    def test_the_seed_decides_the_factors(self):
        def factors(seed):
            model = LowRankCompletion(4, seed=seed, sweeps=2)
            return side_by_side(model.fit(make_blocks(), make_missing()).column_factors_)

        np.testing.assert_array_equal(factors(1), factors(1))
        assert not np.allclose(factors(1), factors(2))

    def test_rows_that_miss_everything_teach_nothing(self):
        blocks, missing = make_blocks(), make_missing()
        empty = {name: np.r_[mask, True] for name, mask in missing.items()}
        longer = {name: np.r_[X, np.full((1, X.shape[1]), np.nan)] for name, X in blocks.items()}
        plain = LowRankCompletion(4).fit(blocks, missing)
        model = LowRankCompletion(4).fit(longer, empty)
        np.testing.assert_allclose(model.objective_, plain.objective_, rtol=1e-12)
        np.testing.assert_allclose(
            side_by_side(model.column_factors_), side_by_side(plain.column_factors_), atol=1e-12
        )


class TestComplete:
    BLOCKS, MISSING = make_blocks(dtype=np.float32), make_missing()
    MODEL = LowRankCompletion(4).fit(BLOCKS, MISSING)

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_what_is_of_low_rank_is_recovered(self, seed):
        half = make_blocks(40, causes=2, noise=0, seed=seed)
        mask = make_missing(40, share=0.15)
        # A row and its mirror image: else the means of a block would be those of the rows
        # that happen to have it, and the standardised blocks of no low rank together.
        mirror = {name: 2 * X.mean(axis=0) - X for name, X in half.items()}
        blocks = {name: np.concatenate([X, mirror[name]]) for name, X in half.items()}
        missing = {name: np.tile(one, 2) for name, one in mask.items()}
        model = LowRankCompletion(2, 1e-9, tolerance=0, sweeps=100).fit(blocks, missing)
        filled = model.complete(blocks, missing)
        some = ~np.all([*missing.values()], axis=0)
        assert model.rmse_[-1] < 1e-6
        for name, X in blocks.items():
            np.testing.assert_allclose(filled[name][some], X[some], atol=1e-5 * X.std())

    def test_it_knows_more_than_the_means(self):
        filled = self.MODEL.complete(self.BLOCKS, self.MISSING)
        rows = self.MISSING["textual"] & ~self.MISSING["visual"]
        truth = self.BLOCKS["textual"][rows]
        error = (filled["textual"][rows] - truth).std()
        assert error < 0.5 * (truth - self.MODEL.scales_["textual"].mean).std()

    def test_only_missing_blocks_change(self):
        before = {name: X.copy() for name, X in self.BLOCKS.items()}
        filled = self.MODEL.complete(self.BLOCKS, self.MISSING)
        for name, mask in self.MISSING.items():
            np.testing.assert_array_equal(self.BLOCKS[name], before[name])
            np.testing.assert_array_equal(filled[name][~mask], before[name][~mask])
            assert (filled[name][mask] != before[name][mask]).all()
            assert filled[name].dtype == np.float32

    @pytest.mark.parametrize("junk", [0.0, np.nan, np.inf, 1e30])
    def test_what_missing_rows_hold_does_not_matter(self, junk):
        blocks = {
            name: np.where(self.MISSING[name][:, None], np.float32(junk), X)
            for name, X in self.BLOCKS.items()
        }
        model = LowRankCompletion(4).fit(blocks, self.MISSING)
        expected = self.MODEL.complete(self.BLOCKS, self.MISSING)
        for name, X in model.complete(blocks, self.MISSING).items():
            np.testing.assert_array_equal(X, expected[name])

    def test_a_block_that_nobody_misses_is_not_copied(self):
        missing = {**self.MISSING, "visual": np.zeros(60, bool)}
        filled = self.MODEL.complete(self.BLOCKS, missing)
        assert np.shares_memory(filled["visual"], self.BLOCKS["visual"])
        assert not np.shares_memory(filled["textual"], self.BLOCKS["textual"])

    def test_new_rows_are_filled_from_what_they_have(self):
        blocks, missing = make_blocks(7, seed=5), make_missing(7, seed=6)
        filled = side_by_side(self.MODEL.complete(blocks, missing))
        R, mean, std = standardise(
            with_nan(blocks, missing), by=with_nan(self.BLOCKS, self.MISSING)
        )
        M = side_by_side(self.MODEL.column_factors_)
        predicted = solve_plainly(R, M, self.MODEL.ridge).T @ M * std + mean
        gaps = np.isnan(R)
        np.testing.assert_allclose(filled[gaps], predicted[gaps], rtol=1e-4, atol=1e-4)

    def test_a_row_does_not_depend_on_its_company(self):
        whole = side_by_side(self.MODEL.complete(self.BLOCKS, self.MISSING))
        for i in range(0, 60, 7):
            row, mask = (
                {name: x[[i]] for name, x in d.items()} for d in (self.BLOCKS, self.MISSING)
            )
            alone = side_by_side(self.MODEL.complete(row, mask))[0]
            np.testing.assert_allclose(alone, whole[i], rtol=1e-5, atol=1e-4)

    def test_a_pattern_that_no_training_row_had_is_filled_too(self):
        model = LowRankCompletion(4).fit(self.BLOCKS, make_missing(share=0))
        missing = {**make_missing(share=0), "visual": np.ones(60, bool)}
        filled = model.complete(self.BLOCKS, missing)["visual"]
        error = (filled - self.BLOCKS["visual"]).std()
        assert error < 0.5 * self.BLOCKS["visual"].std()

    def test_a_row_that_misses_everything_gets_the_means(self):
        missing = {name: np.arange(60) == 8 for name in WIDTHS}
        for name, X in self.MODEL.complete(self.BLOCKS, missing).items():
            seen = self.BLOCKS[name][~self.MISSING[name]]
            np.testing.assert_allclose(X[8], seen.mean(axis=0, dtype=float), rtol=1e-6)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_column_that_never_varies_is_filled_with_its_value(self, dtype):
        blocks = make_blocks(dtype=dtype)
        blocks["textual"][:, 1] = 0.1
        model = LowRankCompletion(4).fit(blocks, self.MISSING)
        assert np.isfinite(model.objective_).all()
        filled = model.complete(blocks, self.MISSING)["textual"]
        assert (filled[:, 1] == np.float32(0.1)).all()

    def test_no_rows_are_none(self):
        blocks, missing = (
            {name: x[:0] for name, x in d.items()} for d in (self.BLOCKS, self.MISSING)
        )
        filled = self.MODEL.complete(blocks, missing)
        assert {name: X.shape for name, X in filled.items()} == {
            n: (0, w) for n, w in WIDTHS.items()
        }


class TestPieces:
    @pytest.mark.parametrize("rows", [1, 7, 59])
    def test_how_many_rows_are_read_at_a_time_does_not_matter(self, monkeypatch, rows):
        blocks, missing = make_blocks(), make_missing()

        def results():
            model = LowRankCompletion(4, tolerance=0, sweeps=5).fit(blocks, missing)
            return model.objective_, side_by_side(model.complete(blocks, missing))

        expected = results()
        monkeypatch.setattr(module, "PIECE", rows)
        for ours, theirs in zip(results(), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5)

    def test_memory_mapped_blocks_give_the_same(self, tmp_path):
        blocks, missing = make_blocks(dtype=np.float32), make_missing()
        mapped = {}
        for name, X in blocks.items():
            np.save(tmp_path / f"{name}.npy", X)
            mapped[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
        filled = LowRankCompletion(4).fit(mapped, missing).complete(mapped, missing)
        expected = LowRankCompletion(4).fit(blocks, missing).complete(blocks, missing)
        for name in blocks:
            np.testing.assert_array_equal(filled[name], expected[name])


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans())))
def test_every_row_has_just_one_pattern(rows):
    missing = dict(zip("abc", np.array(rows, bool).reshape(-1, 3).T, strict=True))
    patterns = find_patterns(missing)
    assert sorted(i for members in patterns.values() for i in members) == [*range(len(rows))]
    for names, members in patterns.items():
        for name in missing:
            assert (missing[name][members] == (name not in names)).all()


class TestErrors:
    def fit(self, change=None, missing=None, **settings):
        blocks = make_blocks()
        masks = {name: mask.copy() for name, mask in make_missing().items()}
        blocks.update(change or {})
        masks.update(missing or {})
        return LowRankCompletion(**{"factors": 4, **settings}).fit(blocks, masks)

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ({"factors": 0}, "factors = 0: must be at least 1"),
            ({"sweeps": 0}, "sweeps = 0: must be at least 1"),
            ({"ridge": 0.0}, "ridge = 0.0: must be above 0"),
            ({"ridge": float("nan")}, "ridge = nan: must be above 0"),
            ({"tolerance": -1.0}, "tolerance = -1.0: must be at least 0"),
        ],
    )
    def test_a_setting_out_of_its_range_is_named(self, setting, message):
        with pytest.raises(ValueError, match=message):
            self.fit(**setting)

    def test_a_block_that_no_training_row_has_is_named(self):
        with pytest.raises(ValueError, match="textual: no training row has this block"):
            self.fit(missing={"textual": np.ones(60, bool)})

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_an_observed_entry_that_is_not_finite_is_named(self, value):
        X = make_blocks()["acoustic"]
        X[17, 2] = value
        here = {"acoustic": np.arange(60) < 5}
        with pytest.raises(ValueError, match="acoustic: row 17 is not missing and not finite"):
            self.fit({"acoustic": X}, here)
        model = self.fit()
        with pytest.raises(ValueError, match="acoustic: row 17 is not missing and not finite"):
            model.complete({**make_blocks(), "acoustic": X}, {**make_missing(), **here})

    @pytest.mark.parametrize(
        ("change", "missing", "message"),
        [
            ({"motion": np.zeros((60, 2))}, {}, "must be the same names"),
            ({}, {"motion": np.zeros(60, bool)}, "must be the same names"),
            ({"textual": np.zeros((59, 4))}, {}, r"textual of shape \(59, 4\): must be \(60, D\)"),
            ({"textual": np.zeros((60, 4, 1))}, {}, "textual of shape"),
            ({}, {"textual": np.zeros(59, bool)}, r"missing textual: bool of shape \(59,\)"),
            ({}, {"textual": np.zeros(60, int)}, "missing textual: int64 of shape"),
        ],
    )
    def test_what_does_not_fit_is_named(self, change, missing, message):
        with pytest.raises(ValueError, match=message):
            self.fit(change, missing)

    def test_no_blocks_are_refused(self):
        with pytest.raises(ValueError, match="must be the same names"):
            LowRankCompletion().fit({}, {})

    def test_blocks_unlike_those_of_the_fit_are_refused(self):
        model, mask = self.fit(), np.zeros(3, bool)
        with pytest.raises(ValueError, match="'visual': 9"):
            model.complete({"visual": np.zeros((3, 9))}, {"visual": mask})
        with pytest.raises(ValueError, match="'textual': 5"):
            model.complete(
                {name: np.zeros((3, max(width, 5))) for name, width in WIDTHS.items()},
                dict.fromkeys(WIDTHS, mask),
            )
