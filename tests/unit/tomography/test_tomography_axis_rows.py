"""Rows in which the axis is looked for, and the step of a series that chooses them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.tomography.corrections import Corrections, Stripes, line_integrals
from alkanode.tomography.rotation_axis import axis_estimate, find_axis, rows_with_contrast
from alkanode.virtual.tomograph import Tomograph, beamline, cylinder, scan_object

AXIS = 66.4


@pytest.fixture(scope="module")
def scan() -> xr.Dataset:
    """A ceramic disc in rows 20 to 40, almost empty liquid elsewhere, all defects on."""
    disc = cylinder((39e-6, 4e-6, -6e-6), (1, 0, 0), radius=50e-6, length=26e-6, attenuation=1000.0)
    hole = cylinder((39e-6, -20e-6, 15e-6), (1, 0, 0), radius=9e-6, length=26e-6, attenuation=-1000.0)
    setup = Tomograph(rows=60, columns=128, angles=180, axis_column=AXIS, detector=beamline(photons=1e5, gain=0.3))
    return scan_object([disc, hole], setup, seed=4)


def test_rows_with_contrast_show_the_sample(scan: xr.Dataset) -> None:
    rows = rows_with_contrast(scan, 4)
    assert rows.size == 4
    assert (np.diff(rows) > 2).all()
    assert rows.min() >= 19
    assert rows.max() <= 41


def test_rows_are_taken_from_a_range_and_none_twice(scan: xr.Dataset) -> None:
    np.testing.assert_array_equal(rows_with_contrast(scan, 9, between=(30, 33)), [30, 31, 32])
    assert set(rows_with_contrast(scan, 2, between=(0, 15)).tolist()) <= set(range(15))
    with pytest.raises(PhysicsError, match="at least one row"):
        rows_with_contrast(scan, 0)


def test_the_axis_is_agreed_on_in_rows_with_contrast(scan: xr.Dataset) -> None:
    none = Corrections(stripes=Stripes(method="none"))
    rows = rows_with_contrast(scan, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        found = find_axis(line_integrals(scan, rows=rows, options=none))
    assert int(found["usable"].sum()) >= 2
    consensus = axis_estimate(found)
    assert consensus.value == pytest.approx(AXIS, abs=0.15)
