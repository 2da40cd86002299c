"""The scores against closed forms and independent computations; what stands for a run in `ganzoo eval`."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console
from scipy.linalg import sqrtm

from ganzoo.metrics import report, scores


def draw(seed: int, n: int, d: int = 4, scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return np.random.RandomState(seed).standard_normal((n, d)) * scale + shift


# Frechet distance


def test_frechet_of_known_gaussians() -> None:
    a = scores.Gaussian(np.array([1.0, 2.0]), np.diag([4.0, 9.0]))
    b = scores.Gaussian(np.array([0.0, 0.0]), np.diag([1.0, 16.0]))
    assert scores.frechet(a, b) == pytest.approx(5 + (2 - 1) ** 2 + (3 - 4) ** 2)  # commuting: a difference of roots


def test_frechet_agrees_with_the_root_of_the_product() -> None:
    x, y = draw(0, 200) @ draw(1, 4), draw(2, 300, shift=0.5)
    a, b = scores.gaussian(x), scores.gaussian(y)
    root = sqrtm(np.cov(x, rowvar=False) @ np.cov(y, rowvar=False)).real
    direct = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a.covariance + b.covariance - 2 * root)
    assert scores.frechet(a, b) == pytest.approx(direct) and scores.frechet(b, a) == pytest.approx(direct)


def test_frechet_of_equal_sets_is_zero_also_without_full_rank() -> None:
    flat = np.repeat(draw(0, 6, 3), 4, axis=1).astype(np.float32)  # 12 features of rank 3
    same = scores.gaussian(flat)
    assert scores.frechet(same, same) == pytest.approx(0, abs=1e-6)


# Kernel distance


def test_kid_is_the_mean_over_pairs_of_different_rows() -> None:
    x, y = draw(0, 5), draw(1, 7)

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 4 + 1) ** 3)

    within = [np.mean([kernel(a, b) for i, a in enumerate(z) for j, b in enumerate(z) if i != j]) for z in (x, y)]
    across = np.mean([kernel(a, b) for a in x for b in y])
    assert scores.kid(x, y) == pytest.approx(sum(within) - 2 * across)


def test_kid_is_unbiased_and_sees_a_difference() -> None:
    same = [scores.kid(draw(2 * i, 40), draw(2 * i + 1, 40)) for i in range(200)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(len(same)) and min(same) < 0
    assert scores.kid(draw(0, 400), draw(1, 400, shift=1.0)) > 10 * np.std(same)


def test_kid_in_blocks_is_kid(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = draw(0, 25), draw(1, 31)
    whole = scores.kid(x, y)
    monkeypatch.setattr(scores, "ROWS", 7)
    assert scores.kid(x, y) == pytest.approx(whole, rel=1e-9)


# Density and coverage


def test_radii_are_distances_of_the_fifth_other() -> None:
    line = np.arange(10.0)[:, None]
    assert scores.radii(line)[[0, 5]].tolist() == [5.0, 3.0]


def test_density_and_coverage_on_a_line() -> None:
    real = np.concatenate([np.arange(10.0), 100 + np.arange(10.0)])[:, None]
    reach = scores.radii(real)
    assert scores.density_coverage(real, reach, np.array([[500.0]])) == (0.0, 0.0)
    density, coverage = scores.density_coverage(real, reach, np.array([[4.5], [4.5]]))
    within = (np.abs(real[:, 0] - 4.5) <= reach).sum()  # balls around one half of the images, and only there
    assert (density, coverage) == (within / 5, within / 20) and within == 10
    assert scores.density_coverage(real, reach, real)[1] == 1.0


def test_coverage_sees_a_collapse_that_density_does_not() -> None:
    real = draw(0, 300)
    reach = scores.radii(real)
    density, coverage = scores.density_coverage(real, reach, np.repeat(real[:3] * 0.01, 100, axis=0))
    honest_density, honest_coverage = scores.density_coverage(real, reach, draw(1, 300))
    assert density > honest_density and coverage < honest_coverage / 2
    assert 0.7 < honest_density < 1.3 and honest_coverage > 0.9  # Naeem et al.: 1 - 2^-k for k = 5 is 0.97


# Classifiers


def test_confusion_and_classes() -> None:
    table = scores.confusion(np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 1, 1], np.int32), 3)
    assert table.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert scores.per_class(table) == [0.5, 1.0, None]


def test_calibration_error_of_known_bins() -> None:
    # four predictions at 0.9 of which three are right, one at 0.6 that is wrong
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]])
    bins = scores.reliability(probabilities, np.array([0, 0, 0, 1, 1]))
    assert sorted((each.count, round(each.accuracy, 6)) for each in bins if each.count) == [(1, 0.0), (4, 0.75)]
    assert scores.calibration_error(bins) == pytest.approx((4 * 0.15 + 1 * 0.6) / 5)


def test_confidence_at_an_edge_and_certainty_have_a_bin() -> None:
    bins = scores.reliability(np.array([[1.0, 0.0], [0.2, 0.8]]), np.array([0, 1]))
    assert bins[-1].count == 1 and bins[11].count == 1  # 0.8 is the upper edge of the twelfth of fifteen
    assert scores.calibration_error(bins) == pytest.approx(0.1)


def test_an_interval_stands_beside_its_score_and_each_line_fits_a_terminal() -> None:
    each = {"floor": 1.5, "better": "min"}
    found = {
        "kind": "conditional generator",
        "pictures": 1914,
        "data": "folder",
        "scores": {"frechet": {"value": 46.55, "interval": [44.34, 48.74], **each}, "kid": {"value": 1.0, **each}},
        "evaluator": {"sha256": "0" * 64, "learned": "turns", "accuracy": 0.9318},
        "note": "",
    }
    first, judge, _ = report.tables(found)
    console = Console(width=80, record=True, quiet=False, file=io.StringIO())
    console.print(first)
    lines = console.export_text().splitlines()
    (frechet,) = [line for line in lines if "Frechet distance" in line]
    assert "44.34 to 48.74" in frechet and frechet.index("46.55") < frechet.index("44.34") < frechet.index("1.5")
    (kid,) = [line for line in lines if "KID" in line]
    assert " - " in kid and "93.18%" in judge and "turned" in judge
