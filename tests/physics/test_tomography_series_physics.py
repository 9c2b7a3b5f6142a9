"""A series of scans of a sample that is known: where volumes come to lie, what is found to change, what is not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from series_blobs import PIXEL, Blobs, blob_scan

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.corrections import Corrections, Stripes
from alkanode.tomography.series import (
    AlignScans,
    CheckConservation,
    ClassifyPairs,
    FindAxis,
    MapChanges,
    RegisterScans,
    SeriesPlan,
    SeriesResult,
    run_series,
)
from alkanode.tomography.series.steps.aligned import cubic_taps, row_weights

ROWS, COLUMNS = 20, 64
SAMPLE = Blobs.drawn(40, ROWS, COLUMNS, seed=3)
CORRECTIONS = Corrections(stripes=Stripes(method="none"), zingers=None)


def known_motion(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Mapping[str, Any]) -> xr.Dataset:
    """The registration that would be found: the true motion about the middle of the volume."""
    shift, rotation = (np.array([options[scan][name]], dtype=np.float64) for name in ("shift", "rotation"))
    error = float(options.get("rotation_error", 1e-6))
    centre = [float(fixed[axis].to_numpy().mean()) for axis in ("z", "y", "x")]
    record = xr.Dataset(
        {
            "shift": (("scan", "component"), shift * PIXEL),
            "rotation": (("scan", "component"), rotation),
            "centre": ("component", centre),
            "shift_error": (("scan", "component"), np.full((1, 3), 0.001 * PIXEL)),
            "rotation_error": (("scan", "component"), np.full((1, 3), error)),
            **{
                name: ("scan", [1.0])
                for name in ("condition_number", "displacement", "residual_before", "residual_after")
            },
            "displacement_error": ("scan", [0.001 * PIXEL]),
        },
        coords={"scan": [scan]},
        attrs={"pixel_size": PIXEL},
    )
    return label(record, "registration")


def plan_of(scans: Mapping[str, Any], motions: Mapping[str, Any] | None = None, **options: Any) -> SeriesPlan:
    still = {"shift": (0.0, 0.0, 0.0), "rotation": (0.0, 0.0, 0.0)}
    known = dict.fromkeys(scans, still) | dict(motions or {})
    plan = SeriesPlan(**{"scans": scans, "corrections": CORRECTIONS, **options})
    columns = {name: scan.keywords.get("axis", 0.5 * (COLUMNS - 1)) for name, scan in scans.items()}
    plan = plan.with_step(FindAxis(columns=columns))
    return plan.with_step(RegisterScans(register=known_motion, options=known))


def scans_of(shift: tuple[float, ...], rotation: tuple[float, ...], **options: Any) -> dict[str, Any]:
    size = {"rows": ROWS, "columns": COLUMNS, "noise": False, **options}
    return {
        "before": partial(blob_scan, SAMPLE, seed=1, **size),
        "after": partial(blob_scan, SAMPLE.moved(shift, rotation), seed=2, axis=30.2, **size),
    }


def aligned(folder: Path, shift: tuple[float, ...], rotation: tuple[float, ...], **options: Any) -> SeriesResult:
    motion = {"after": {"shift": shift, "rotation": rotation}, **options.pop("known", {})}
    plan = plan_of(scans_of(shift, rotation), motion).without("noise", "difference", "null", "threshold", "changes")
    plan = plan.without("sweep", "grains", "profile")
    if options:
        plan = plan.with_step(AlignScans(**options))
    return run_series(plan, folder)


def misfit(result: SeriesResult, volume: xr.Dataset) -> float:
    """Standard deviation of what differs from the reference, over that of the reference, away from the rim."""
    reference = result.volume("before")
    radius = np.hypot(reference["y"], reference["x"]) < 0.4 * COLUMNS * PIXEL
    inner = slice(4, ROWS - 4)
    change = (volume["attenuation"].to_numpy() - reference["attenuation"].to_numpy())[inner][:, radius.to_numpy()]
    return float(change.std() / reference["attenuation"].to_numpy()[inner][:, radius.to_numpy()].std())


@pytest.mark.parametrize(
    ("shift", "rotation"),
    [((0.0, -1.4, 2.2), (0.03, 0.0, 0.0)), ((0.5, 0.3, -0.6), (0.0, 0.0, 0.0)), ((-1.3, 0.0, 1.0), (-0.02, 0.0, 0.0))],
)
def test_a_motion_about_the_axis_is_taken_up_by_the_grid(
    tmp_path: Path, shift: tuple[float, ...], rotation: tuple[float, ...]
) -> None:
    result = aligned(tmp_path, shift, rotation)
    assert misfit(result, result.open("volume", "after")) > 0.2
    assert misfit(result, result.volume("after")) < 0.02
    assert result.volume("after").attrs["laid_upon_by"] == "grid"
    np.testing.assert_allclose(result.registration()["shift"][0] / PIXEL, shift, atol=1e-9)


def test_a_shift_by_whole_rows_interpolates_nothing(tmp_path: Path) -> None:
    result = aligned(tmp_path, (3.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    moved, stood = result.volume("after")["attenuation"], result.open("volume", "after")["attenuation"]
    np.testing.assert_array_equal(moved[: ROWS - 3], stood[3:])
    # what left the view is not invented
    assert np.isnan(moved[ROWS - 3 :]).all()


def test_a_tilt_is_undone_by_one_resampling(tmp_path: Path) -> None:
    shift, rotation = (0.2, 0.4, -0.3), (0.01, 0.03, -0.02)
    result = aligned(tmp_path / "resampled", shift, rotation)
    assert result.volume("after").attrs["laid_upon_by"] == "resampling"
    assert "half_difference" in result.volume("after")
    left = aligned(tmp_path / "left", shift, rotation, tilt_limit=10.0)
    assert left.volume("after").attrs["laid_upon_by"] == "grid"
    assert misfit(result, result.volume("after")) < 0.03 < misfit(left, left.volume("after"))


def test_a_tilt_within_its_error_is_left(tmp_path: Path) -> None:
    result = aligned(tmp_path, (0.0, 0.0, 0.0), (0.0, 0.01, 0.0), known={"rotation_error": 0.01})
    assert result.volume("after").attrs["laid_upon_by"] == "grid"
    assert 0.2 < result.volume("after").attrs["tilt_left_voxels"] < 1.0


def test_blocks_of_any_size_give_the_same_chain(tmp_path: Path) -> None:
    shift, rotation = (0.5, 0.3, -0.6), (0.01, 0.0, 0.0)
    scans = scans_of(shift, rotation, noise=True, angles=40)
    results = []
    for rows in (8, 5):
        plan = plan_of(scans, {"after": {"shift": shift, "rotation": rotation}}, block_rows=rows)
        plan = plan.with_step(MapChanges(threshold=4.0)).without("null", "threshold", "sweep", "grains", "profile")
        with pytest.warns(DataQualityWarning, match="slices hold too few voxels"):
            results.append(run_series(plan, tmp_path / str(rows)))
    one, other = results
    np.testing.assert_array_equal(one.volume("after")["attenuation"], other.volume("after")["attenuation"])
    np.testing.assert_array_equal(one.volume("after")["half_difference"], other.volume("after")["half_difference"])
    pair = one.pairs[0]
    for name in ("attenuation_change", "attenuation_noise", "trusted"):
        np.testing.assert_array_equal(one.difference(pair)[name], other.difference(pair)[name])
    np.testing.assert_array_equal(one.open("changes", pair)["sign"], other.open("changes", pair)["sign"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> SeriesResult:
    """Three scans of a sample that does not move: nothing happens, then something comes and something goes."""
    events = Blobs(np.array([[2.0, 6.0, -9.0], [-3.0, -12.0, 3.0]]), np.array([2.5, 2.5]), np.array([800.0, -700.0]))
    size = {"rows": ROWS, "columns": COLUMNS, "angles": 120}
    scans = {
        "pristine": partial(blob_scan, SAMPLE, seed=1, **size),
        "still": partial(blob_scan, SAMPLE, seed=2, **size),
        "changed": partial(blob_scan, SAMPLE.more(events), seed=3, **size),
    }
    plan = plan_of(scans)
    plan = plan.with_step(ClassifyPairs(materials={"void": 0.0, "metal": 1000.0}))
    plan = plan.with_step(CheckConservation(areal_capacities={"pristine": 0.0, "changed": 18000.0}))
    folder = tmp_path_factory.mktemp("whole")
    return run_series(plan, folder)


def test_what_comes_and_goes_is_found_where_it_is(whole: SeriesResult) -> None:
    grains = whole.open("grains", "changed_from_pristine")
    gained, lost = (grains.isel(grain=np.flatnonzero(grains["sign"] == sign)) for sign in (1, -1))
    middle = 0.5 * (ROWS - 1)
    for found, place in ((gained, [2.0 + middle, 6.0, -9.0]), (lost, [-3.0 + middle, -12.0, 3.0])):
        largest = found.isel(grain=int(np.argmax(found["grain_volume"].to_numpy())))
        np.testing.assert_allclose(largest["centroid"] / PIXEL, place, atol=1.0)
    assert float(whole.open("profile", "changed_from_pristine")["volume_gained"].sum()) > 0


def test_a_series_knows_noise_by_place(whole: SeriesResult) -> None:
    """On each pair itself, since no scans are named as unchanged; edges are then assumed, not measured."""
    place = whole.open("place_noise", "changed_from_pristine")
    assert place.attrs["edges_measured"] == 0
    assert (place["edge_displacement"] == 0).all()
    difference = whole.open("difference", "changed_from_pristine")
    factor = difference["noise_factor"].to_numpy().astype(float)
    assert factor[0, 0, 0] < factor[0, factor.shape[1] // 2, factor.shape[2] // 2] or np.ptp(factor) == 0
    assert (
        difference["trusted_voxels"] + difference["distrusted_voxels"] >= difference["trusted"].sum(("y", "x"))
    ).all()


def test_where_nothing_happens_no_more_is_found_than_was_accepted(whole: SeriesResult) -> None:
    threshold = whole.open("threshold", "still_from_pristine")
    assert threshold.attrs["false_grains_accepted"] == 2.0
    # at a mean of two, more than six in one draw would come once in two hundred
    assert whole.open("grains", "still_from_pristine").sizes["grain"] <= 6


def test_everything_of_a_series_is_there(whole: SeriesResult) -> None:
    assert whole.finished, whole.failures
    assert whole.pairs == ("still_from_pristine", "changed_from_pristine")
    for step in ("noise", "sweep", "threshold", "changes", "classes"):
        assert len(whole.collected(step)) == (3 if step == "noise" else 2)
    # only pairs whose scans both have a charge are balanced
    assert set(whole.collected("conservation")) == {"changed_from_pristine"}
    classes = whole.open("classes", "changed_from_pristine")
    assert classes["material"].to_numpy().tolist()[-1] == "mixed"
    assert int(classes["transition"].isel(z=5).max()) >= 0
    assert whole.registration()["scan"].to_numpy().tolist() == ["still", "changed"]


def test_the_noise_from_halves_is_that_of_two_scans(whole: SeriesResult) -> None:
    """Half of odd less even projections tell what two whole scans of the same sample differ by."""
    change = whole.volume("still")["attenuation"].to_numpy() - whole.volume("pristine")["attenuation"].to_numpy()
    halves = [whole.volume(name)["half_difference"].to_numpy() for name in ("still", "pristine")]
    y = whole.volume("still")["y"].to_numpy()
    inside = np.hypot(y[:, None], y) < 0.35 * COLUMNS * PIXEL
    of_scans = change[:, inside].std()
    of_halves = np.hypot(*(half[:, inside].std() for half in halves))
    # streaks of half the views count as noise, so that it is rather too high
    assert 0.95 < of_halves / of_scans < 1.5


@given(offset=st.floats(-12.0, 24.0), start=st.integers(0, 12), count=st.integers(1, 8), detector=st.integers(6, 24))
def test_rows_between_rows_are_exact_for_parabolas(offset: float, start: int, count: int, detector: int) -> None:
    wanted = offset + np.arange(start, start + count)
    seen = row_weights(offset, (start, start + count), detector)
    if seen is None:
        assert not ((wanted > 1e-3) & (wanted < detector - 1 - 1e-3)).any()
        return
    first, last, found, weights = seen
    assert 0 <= first < last <= detector
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    places = wanted[found]
    assert (places > -2e-3).all()
    assert (places < detector - 1 + 2e-3).all()
    deep = (places >= 1) & (places <= detector - 2)
    values = (np.arange(first, last) - 4.0) ** 2
    # a shift within a thousandth of a row counts as whole
    np.testing.assert_allclose((weights @ values)[deep], (places[deep] - 4.0) ** 2, atol=0.05)


@given(offset=st.floats(-5.0, 5.0), start=st.integers(0, 12), cut=st.integers(1, 7))
def test_a_slice_is_made_alike_in_every_block(offset: float, start: int, cut: int) -> None:
    def dense(rows: tuple[int, int]) -> np.ndarray:
        made = np.zeros((rows[1] - rows[0], 20))
        seen = row_weights(offset, rows, 20)
        if seen is not None:
            made[np.ix_(seen[2], np.arange(seen[0], seen[1]))] = seen[3]
        return made

    parts = [dense((start, start + cut)), dense((start + cut, start + 8))]
    np.testing.assert_array_equal(np.concatenate(parts), dense((start, start + 8)))


@given(st.floats(0.0, 1.0))
def test_taps_of_a_place_mirror_those_of_the_other_side(fraction: float) -> None:
    np.testing.assert_allclose(cubic_taps(fraction), cubic_taps(1.0 - fraction)[::-1], atol=1e-12)
    places = np.array([-1.0, 0.0, 1.0, 2.0])
    for power in range(3):
        np.testing.assert_allclose(cubic_taps(fraction) @ places**power, fraction**power, atol=1e-12)
