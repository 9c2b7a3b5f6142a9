"""Grey values made attenuation on known materials."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from synthetic_volumes import reconstruction_noise, volume_of

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.materials.attenuation import linear_attenuation
from alkanode.tomography.differences import calibrate_grey

SHAPE = (12, 48, 48)
PARTS = {"PEEK": slice(0, 16), "NaK50": slice(16, 32), "NASICON": slice(32, 48)}


def known(names: tuple[str, ...], exact: bool = False) -> dict[str, tuple[np.ndarray, object]]:
    masks = {}
    for name in names:
        mask = np.zeros(SHAPE, bool)
        mask[:, :, PARTS[name]] = True
        found = linear_attenuation(name, "45 keV")
        masks[name] = (mask, found.value if exact else found)
    return masks


@pytest.fixture(scope="module")
def grey() -> xr.Dataset:
    """(mu + 25) / 4 with noise: a stack with a scale and an offset of its own."""
    truth = np.zeros(SHAPE)
    for name, part in PARTS.items():
        truth[:, :, part] = linear_attenuation(name, "45 keV").value
    return volume_of((truth + reconstruction_noise(SHAPE, 10.0, 3) + 25.0) / 4)


def test_gain_and_offset_are_found(grey: xr.Dataset) -> None:
    found = calibrate_grey(grey, known(("PEEK", "NASICON")))
    assert found.attrs["gain"] == pytest.approx(4.0, abs=3 * found.attrs["gain_error"])
    assert found.attrs["gain"] == pytest.approx(4.0, rel=0.01)
    assert found.attrs["offset"] == pytest.approx(-25.0, abs=3.0)
    residuals = json.loads(found.attrs["grey_residuals"])
    assert residuals["PEEK"]["found"] == pytest.approx(residuals["PEEK"]["known"], abs=3 * residuals["PEEK"]["error"])
    liquid = float(found["attenuation"][:, :, PARTS["NaK50"]].median())
    assert liquid == pytest.approx(linear_attenuation("NaK50", "45 keV").value, abs=3.0)


def test_one_material_fixes_the_offset_only(grey: xr.Dataset) -> None:
    scaled = grey.assign(attenuation=grey["attenuation"] * np.float32(4))
    found = calibrate_grey(scaled, known(("PEEK",)))
    assert (found.attrs["gain"], found.attrs["gain_error"]) == (1.0, 0.0)
    assert found.attrs["offset"] == pytest.approx(-25.0, abs=1.0)
    with pytest.raises(PhysicsError, match="two materials"):
        calibrate_grey(scaled, known(("PEEK",)), fit_gain=True)


def test_the_error_holds_the_systematic_of_the_tables(grey: xr.Dataset) -> None:
    careless = calibrate_grey(grey, known(("PEEK", "NASICON"), exact=True))
    honest = calibrate_grey(grey, known(("PEEK", "NASICON")))
    assert honest.attrs["gain_error"] > 3 * careless.attrs["gain_error"]


def test_a_material_that_contradicts_the_line_is_named(grey: xr.Dataset) -> None:
    wrong = known(("PEEK", "NaK50", "NASICON"), exact=True)
    wrong["NaK50"] = (wrong["NaK50"][0], 200.0)
    with pytest.warns(DataQualityWarning, match=r"standard errors off"):
        calibrate_grey(grey, wrong)


def test_an_inverted_stack_is_refused(grey: xr.Dataset) -> None:
    with pytest.raises(PhysicsError, match="invert"):
        calibrate_grey(grey.assign(attenuation=-grey["attenuation"]), known(("PEEK", "NASICON"), exact=True))


def test_regions_without_voxels_or_materials_are_refused(grey: xr.Dataset) -> None:
    with pytest.raises(PhysicsError, match="none"):
        calibrate_grey(grey, {})
    with pytest.raises(PhysicsError, match="voxels of PEEK"):
        calibrate_grey(grey, {"PEEK": (np.zeros(SHAPE, bool), 27.0)})


def test_noise_is_scaled_along(grey: xr.Dataset) -> None:
    noisy = grey.assign(attenuation_noise=("z", np.full(SHAPE[0], 2.5)))
    found = calibrate_grey(noisy, known(("PEEK", "NASICON"), exact=True))
    assert float(found["attenuation_noise"][0]) == pytest.approx(2.5 * found.attrs["gain"])
