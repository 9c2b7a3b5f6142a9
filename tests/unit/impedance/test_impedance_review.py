"""Places of masked rows, and spectra that are negative throughout."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, elements, operando_map, relaxation_times

F = np.geomspace(1e5, 1.0, 31)


def spectra(impedance: np.ndarray) -> xr.Dataset:
    frequency = np.tile(F, (len(impedance), 1))
    points = ("spectrum", "point")
    return label(xr.Dataset({"frequency": (points, frequency), "impedance": (points, impedance)}), "impedance")


def test_masked_rows_keep_their_place_also_where_it_is_a_plain_field() -> None:
    record = spectra(np.tile(10 + elements.zarc(F, 20, 1e-3, 0.9), (3, 1)))
    record["masked"] = ("spectrum", [False, True, False])
    times = relaxation_times(record)
    times["charge"] = ("spectrum", [0.0, 1.0, 2.0])
    times["time"] = ("spectrum", [0.0, 10.0, 20.0])
    mapped = operando_map(times)
    assert mapped.charge.values.tolist() == [0.0, 1.0, 2.0]
    assert mapped.time.values.tolist() == [0.0, 10.0, 20.0]
    assert mapped.distribution.isnull().any("relaxation_time").values[1]


def test_a_spectrum_negative_throughout_is_no_artefact_of_high_frequencies() -> None:
    with pytest.warns(DataQualityWarning):
        checked = check_spectra(spectra(-(10 + elements.zarc(F, 20, 1e-3, 0.9))[None]))
    assert "not only at the highest frequencies" in checked.attrs["checks"]
    assert "three-electrode" not in checked.attrs["checks"]
