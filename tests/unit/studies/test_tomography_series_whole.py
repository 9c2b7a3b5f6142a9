"""Every step of a series on one small cell, with scans among them that cannot be compared."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import small_cell as made

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.plot import tomography as describe
from alkanode.tomography.corrections import Corrections, Stripes
from alkanode.tomography.registration import FixedMaterial
from alkanode.tomography.series import (
    CalibrateThreshold,
    CheckConservation,
    ClassifyPairs,
    FindAxis,
    FindCracks,
    FindInterface,
    MeasureContact,
    RegisterScans,
    SeriesPlan,
    SeriesResult,
    open_series,
    run_series,
    standard_steps,
)

PAIR = "b_from_a"
pytestmark = pytest.mark.slow


def unlike_scan() -> object:
    return made.small_scan(1, photon_energy=60 * 1.602176634e-16)


def blind_scan() -> object:
    return made.small_scan(1).drop_vars("pixel_size")


def lost_scan() -> object:
    return made.small_scan(1, shift=(60 * made.PIXEL, 0.0, 0.0), exposure_time=0.2, angles=80)


def plan() -> SeriesPlan:
    names = ("a", "b", "other_energy", "no_pixel", "out_of_view")
    steps = list(standard_steps())
    place = next(k for k, step in enumerate(steps) if step.name == "profile")
    steps.insert(place, FindInterface(options={"electrolyte_attenuation": made.ELECTROLYTE}))
    whole = SeriesPlan(
        scans={
            "a": partial(made.small_scan, 0),
            "b": partial(made.small_scan, 1, shift=(0.0, 0.4 * made.PIXEL, -0.7 * made.PIXEL)),
            "other_energy": unlike_scan,
            "no_pixel": blind_scan,
            "out_of_view": lost_scan,
        },
        corrections=Corrections(stripes=Stripes(method="none")),
        steps=tuple(steps),
    )
    for step in (
        FindAxis(columns=dict.fromkeys(names, made.AXIS_COLUMN)),
        RegisterScans(options={"mask": FixedMaterial(lower=500.0, upper=2000.0, erode=0)}),
        CalibrateThreshold(options={"false_grains": 200.0}),
        ClassifyPairs(materials={"void": 0.0, "Na": 32.0, "NaK50": 65.0, "K": 98.0, "NASICON": 1000.0}),
        MeasureContact(metal_attenuation=32.0),
        FindCracks(electrolyte_attenuation=made.ELECTROLYTE),
        CheckConservation(areal_capacities={"a": 0.0, "b": 1.8e4}),
    ):
        whole = whole.with_step(step)
    return whole


def quietly_run(folder: Path) -> SeriesResult:
    """Run without the doubts that so small a view gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return run_series(plan(), folder)


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> SeriesResult:
    return quietly_run(tmp_path_factory.mktemp("series"))


def test_every_step_runs_on_scans_that_fit_together(series: SeriesResult) -> None:
    good = {key: state for key, state in series.tasks.items() if "other_energy" not in key and "out_of" not in key}
    assert set(good.values()) == {"done"}
    for step in ("interface", "contact", "cracks", "classes", "conservation", "profile", "grains", "sweep"):
        assert any(key.startswith(f"{step}/") for key in good), step
    shift = series.open("registration", "b")["shift"].to_numpy()[0] / made.PIXEL
    np.testing.assert_allclose(shift, [0.0, 0.4, -0.7], atol=0.1)
    # depth is counted from the interface, not along the axis
    plane = float(series.open("interface", "a")["plane_height"])
    assert plane == pytest.approx((made.FACE - 0.5) * made.PIXEL, abs=1.5 * made.PIXEL)
    classes = series.open("classes", PAIR)
    assert classes.sizes["z"] == made.ROWS
    assert np.isfinite(float(series.open("conservation", PAIR)["attenuation_balance"]))
    grains = series.open("grains", PAIR)
    assert int(grains.attrs["smallest_voxels"]) == int(series.open("threshold", PAIR).attrs["chosen_smallest_voxels"])


def test_scans_that_cannot_be_compared_give_no_difference(series: SeriesResult) -> None:
    reason = series.failures["registration/other_energy"]
    assert reason.kind == "PhysicsError"
    assert "45 keV in a" in reason.message
    assert "60 keV in other_energy" in reason.message
    assert series.has("volume", "other_energy")
    assert not series.has("difference", "other_energy_from_a")
    assert "must show edges of the material" in series.failures["registration/out_of_view"].message
    doubts = " ".join(series.doubts["scan/out_of_view"])
    assert "80 projections, a 100" in doubts
    assert "0.2 s, a for 0.1 s" in doubts
    assert "scan/b" not in series.doubts
    assert "needs its pixel size" in series.failures["scan/no_pixel"].message


def test_damage_on_the_disk_is_an_error_and_is_mended(series: SeriesResult) -> None:
    folder = series.folder
    chunk = folder / "scans/b/aligned.zarr/attenuation/c/2/0/0"
    whole = chunk.read_bytes()
    # a file that is shorter, or gone, is a block that is not there
    chunk.write_bytes(whole[:-9])
    with pytest.raises(ReaderError, match="4 of 5 blocks"):
        open_series(folder).volume("b")
    chunk.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    (folder / f"pairs/{PAIR}/grains.h5").write_bytes(b"not a record")
    # a bit that turned is found when a block is made from it
    for file in (folder / f"pairs/{PAIR}/difference.done").glob("*.json"):
        file.unlink()
    found = quietly_run(folder)
    message = found.failures[f"difference/{PAIR}"].message
    assert "scans/b/aligned.zarr, slices 16 to 23" in message
    assert "Run the series again" in message
    again = quietly_run(folder)
    assert again.has("grains", PAIR)
    assert chunk.read_bytes() == whole


def test_a_motion_that_was_not_observed_is_drawn_as_unknown(series: SeriesResult) -> None:
    record = series.open("registration", "b").copy(deep=True)
    record["rotation_error"][0, 0] = np.inf
    record["shift_error"][0, 1] = np.nan
    figure = describe.registration(record)
    assert np.isnan(figure.panels[1].series[0].y).all()
    assert np.isfinite(figure.panels[0].series[1].y).all()
    assert np.isfinite(figure.panels[0].series[1].y_interval[0]).all()
