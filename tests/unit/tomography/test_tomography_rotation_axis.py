"""The rotation axis: found, doubted, refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from disc_sinograms import counted, half_turn, record, sinogram

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.tomography.rotation_axis import METHODS, axis_estimate, axis_tilt, displacement_per_column, find_axis
from alkanode.tomography.rotation_axis.trials import Finding, deepest_dip, lowest

VIEWS = half_turn(181)


def scan(axis, views=VIEWS, columns=128, rows=4, counts=2e4):
    clean = sinogram(views, columns=columns, axis=axis)
    return record(np.stack([counted(clean, counts, seed) for seed in range(rows)]), views)


@pytest.fixture(scope="module")
def good():
    return found(scan(66.3))


def found(scan_record, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return find_axis(scan_record, **options)


@pytest.mark.parametrize(
    ("axis", "views"),
    [(63.5, VIEWS), (66.3, np.linspace(0, np.pi, 182)), (58.8, np.linspace(0, 2 * np.pi, 361)[::-1])],
    ids=["middle", "both ends", "full turn backwards"],
)
def test_every_usable_method_finds_the_axis(axis, views):
    result = check(found(scan(axis, views)), "rotation_axis")
    usable = result["usable"].to_numpy()
    assert usable.sum() >= 2
    off = np.abs(result["axis_column"].to_numpy()[usable] - axis)
    assert (off <= np.maximum(0.3, 3 * result["standard_error"].to_numpy()[usable])).all()
    estimate = axis_estimate(result)
    assert estimate.value == pytest.approx(axis, abs=0.2)
    assert estimate.interval[0] <= estimate.value <= estimate.interval[1]
    assert "methods usable" in estimate.label


def test_methods_do_not_start_from_each_other(good):
    for place, name in enumerate(good["axis_method"].to_numpy()):
        alone = found(scan(66.3), methods=[name])
        assert float(alone["axis_column"][0]) == float(good["axis_column"][place])


def test_a_wider_sample_is_found_and_its_centroid_is_not_trusted():
    axis = 66.3
    wide = scan(axis, columns=128).isel(column=slice(24, 104))
    result = found(wide)
    named = dict(zip(result["axis_method"].to_numpy(), result["usable"].to_numpy(), strict=True))
    assert not named["centroid"]
    assert "leaves" in str(result["reason"].to_numpy()[list(named).index("centroid")])
    assert axis_estimate(result).value == pytest.approx(axis - 24, abs=0.4)


def test_scores_are_lowest_near_the_column_found(good):
    result = good
    for place in np.flatnonzero(result["usable"].to_numpy())[:3]:
        candidate, score = result["candidate"].to_numpy()[place], result["score"].to_numpy()[place]
        best = candidate[np.nanargmin(score)]
        assert abs(best - float(result["axis_column"][place])) <= 0.5


def test_an_axis_outside_the_search_is_not_found_at_its_end():
    result = found(scan(66.3), search=(40.0, 60.0))
    named = dict(zip(result["axis_method"].to_numpy(), result["usable"].to_numpy(), strict=True))
    assert not named["opposite-views"]
    assert not named["centroid"]
    with pytest.raises(PhysicsError, match=r"at least two methods.*opposite-views not usable"):
        axis_estimate(result)


def test_methods_that_differ_are_refused_with_every_value(good):
    apart = good.assign(axis_column=good["axis_column"] + np.array([0.0, 0.0, 2.6, 0.0]))
    with pytest.raises(PhysicsError, match=r"within 1 pixels.*opposite-views 66\.\d+.*slice-sharpness 6[89]\.\d+"):
        axis_estimate(apart)
    assert axis_estimate(apart.assign_attrs(tolerance_pixels=4.0)).value == pytest.approx(66.3, abs=0.3)


def _wrong(sinograms, angles, search, largest_width):
    return Finding(50.0, 0.01, "", np.array([50.0]), np.array([0.0]))


def test_a_single_confident_wrong_method_is_outvoted_and_says_by_whom(monkeypatch):
    monkeypatch.setitem(METHODS, "wrong", _wrong)
    chosen = ("opposite-views", "slice-sharpness", "centroid", "wrong")
    with pytest.warns(DataQualityWarning, match="wrong is left out: it lies 1[0-9].* columns from opposite-views"):
        result = find_axis(scan(66.3), methods=chosen)
    assert result["usable"].to_numpy().tolist() == [True, True, True, False]
    assert axis_estimate(result).value == pytest.approx(66.3, abs=0.3)


def test_two_methods_do_not_outvote_a_third(monkeypatch):
    monkeypatch.setitem(METHODS, "wrong", _wrong)
    result = found(scan(66.3), methods=("opposite-views", "centroid", "wrong"))
    assert result["usable"].to_numpy().all()
    with pytest.raises(PhysicsError, match="agree on the rotation axis"):
        axis_estimate(result)


@pytest.mark.parametrize(("turn", "expected"), [(np.pi, 4 / np.pi), (2 * np.pi, 0.0)])
def test_a_wrong_axis_displaces_a_slice_over_half_a_turn_only(turn, expected):
    angles = np.linspace(0.4, 0.4 + turn, 2000, endpoint=False)
    assert displacement_per_column(angles) == pytest.approx(expected, abs=2e-3)
    assert displacement_per_column([0.3]) == 0.0


def test_doubt_is_warned_of():
    with pytest.warns(DataQualityWarning, match="in doubt"):
        result = find_axis(scan(66.3), search=(40.0, 60.0))
    assert result.attrs["agreed"] == 0


def test_noise_alone_has_no_axis():
    noise = np.random.default_rng(4).standard_normal((2, 181, 128)).astype(np.float32)
    result = found(record(noise, VIEWS))
    with pytest.raises(PhysicsError, match="agree on the rotation axis"):
        axis_estimate(result)


def test_uneven_or_few_angles_leave_the_methods_that_can():
    uneven = np.sort(np.random.default_rng(1).uniform(0, np.pi, 181))
    result = found(scan(64.2, uneven))
    named = dict(zip(result["axis_method"].to_numpy(), result["usable"].to_numpy(), strict=True))
    assert not named["sinogram-symmetry"]
    assert named["slice-sharpness"]
    quarter = found(scan(64.2, np.linspace(0, 0.5 * np.pi, 91)))
    assert not dict(zip(quarter["axis_method"].to_numpy(), quarter["usable"].to_numpy(), strict=True))["opposite-views"]


def test_a_tilted_axis_shows_in_its_rows():
    axes = 62.0 + 0.25 * np.arange(9)
    rows = np.stack([sinogram(VIEWS, axis=axis) for axis in axes])
    tilt, table = axis_tilt(record(rows, VIEWS), 63.0)
    assert tilt.value == pytest.approx(np.arctan(0.25), rel=0.03)
    assert table["fitted_column"].to_numpy() == pytest.approx(axes, abs=0.2)
    with pytest.raises(PhysicsError, match="at least 5 rows"):
        axis_tilt(record(rows[:3], VIEWS), 63.0)


def test_algotom_can_be_asked():
    result = found(scan(66.3), methods=["algotom-vo"], search=(56.0, 76.0))
    assert float(result["axis_column"][0]) == pytest.approx(66.3, abs=0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["vo"]}, "known method"),
        ({"search": (60.0, 200.0)}, "search lies on the detector"),
        ({"search": (60.0, 50.0)}, "search lies on the detector"),
        ({"rows": [5]}, "rows lie between"),
    ],
)
def test_what_cannot_be_searched_is_named(options, message):
    with pytest.raises(PhysicsError, match=message):
        find_axis(scan(63.5), **options)


def test_values_have_to_be_finite():
    bad = scan(63.5)
    bad["line_integral"][0, 3, 5] = np.nan
    with pytest.raises(PhysicsError, match="finite"):
        find_axis(bad)
    assert set(METHODS) > {"centroid"}


def test_the_lowest_point_of_a_parabola_lies_between_trials():
    trial = np.arange(10.0)
    assert lowest(trial, (trial - 4.3) ** 2) == pytest.approx(4.3)
    assert lowest(trial, -trial) == 9.0


def test_a_dip_has_to_stand_out():
    trial = np.arange(100.0)
    falling = -0.01 * trial
    assert not deepest_dip(trial, falling, (0.0, 99.0))[1]
    dipped = falling - np.exp(-0.5 * ((trial - 40) / 2) ** 2)
    assert deepest_dip(trial, dipped, (0.0, 99.0)) == (40, True)
    rough = np.random.default_rng(0).standard_normal((200, 100))
    assert not any(deepest_dip(trial, curve, (0.0, 99.0))[1] for curve in rough)
