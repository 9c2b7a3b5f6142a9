"""Corrections of measured scans: what is known of the files, and the author's package on the same rows."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.corrections import Corrections, Stripes, line_integrals

removal = pytest.importorskip("algotom.prep.removal")
correction = pytest.importorskip("algotom.prep.correction")
tifffile = pytest.importorskip("tifffile")


def scan_of(darks: np.ndarray, flats: np.ndarray, shots: np.ndarray, angles: np.ndarray) -> xr.Dataset:
    unknown = np.full(len(darks) + len(flats), np.nan)
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), np.concatenate([darks, flats, shots])),
                "image_key": ("frame", np.repeat([2, 1, 0], [len(darks), len(flats), len(shots)])),
                "rotation_angle": ("frame", np.concatenate([unknown, angles])),
            }
        ),
        "projections",
    )


@pytest.fixture(scope="module")
def tooth(measured: Callable[[str], Path]) -> xr.Dataset:
    with h5py.File(measured("tomography/tomopy_tooth/tooth.h5")) as file:
        darks, flats, shots, theta = (
            file[f"exchange/{name}"][:] for name in ("data_dark", "data_white", "data", "theta")
        )
    return scan_of(darks, flats, shots, np.deg2rad(theta))


@pytest.fixture(scope="module")
def savu(measured: Callable[[str], Path]) -> xr.Dataset:
    folder = measured("tomography/savu_24737_tiff/tiffs").parent
    names = sorted((folder / "tiffs").iterdir(), key=lambda path: int(re.findall(r"\d+", path.stem)[-1]))
    dark, flat = (tifffile.imread(folder / f"{name}_00001.tiff")[None] for name in ("dark", "flat"))
    shots = np.stack([tifffile.imread(name) for name in names])
    return scan_of(dark, flat, shots, np.deg2rad(np.linspace(-88.2, 91.8, len(shots))))


def test_tooth_is_what_algotom_makes_of_it(tooth: xr.Dataset) -> None:
    options = Corrections(zingers=None, stripes=Stripes(method="all"))
    with pytest.warns(DataQualityWarning, match="removing stripes changed the attenuation"):
        record = line_integrals(tooth, options=options)
    key, counts = tooth["image_key"].to_numpy(), tooth["counts"].to_numpy()
    for row in range(2):
        flat, dark = (counts[key == what, row].mean(axis=0) for what in (1, 2))
        theirs = correction.flat_field_correction(counts[key == 0, row], flat, dark)
        theirs = -np.log(removal.remove_all_stripe(np.asarray(theirs, dtype=np.float32), 3.0, 51, 21))
        ours = record["line_integral"].to_numpy()[row]
        # counts are whole numbers: equal readings stand at each other's angles, which differ by part of the noise
        np.testing.assert_allclose(np.sort(ours, axis=0), np.sort(theirs, axis=0), atol=2e-5)
        assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.99999


def test_tooth_has_few_zingers(tooth: xr.Dataset) -> None:
    # a fixed threshold of 0.08 replaces 1074 readings of this scan
    repaired = json.loads(line_integrals(tooth).attrs["repaired"])
    assert 0 < repaired["zingers"] < 50
    assert repaired["starved"] == repaired["blind_columns"] == 0


def test_savu_has_one_pixel_whose_flat_is_no_brighter_than_its_dark(savu: xr.Dataset) -> None:
    assert int((savu["counts"][1].astype(int) <= savu["counts"][0].astype(int)).sum()) == 1
    with pytest.warns(DataQualityWarning, match="1 pixels whose flat hardly exceeds the dark"):
        record = line_integrals(savu)
    assert np.isfinite(record["line_integral"]).all()
    assert record.sizes == {"row": 135, "angle": 91, "column": 160}


def test_neutron_image_with_zeros(measured: Callable[[str], Path]) -> None:
    image = tifffile.imread(measured("tomography/sarepy_neutron/sinogram_360_neutron_image.tif"))
    scan = label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), image[:, None]),
                "image_key": ("frame", np.zeros(len(image), dtype=int)),
                "rotation_angle": ("frame", np.linspace(0, 2 * np.pi, len(image))),
            }
        ),
        "projections",
    )
    options = Corrections(flat_counts=float(image.max()), zingers=None, stripes=Stripes(method="none"))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        record = line_integrals(scan, options=options)
    assert any("214 readings with hardly any light" in str(item.message) for item in said)
    assert float(record["line_integral"].max()) == pytest.approx(np.log(float(image.max()) / 0.5), rel=1e-6)
