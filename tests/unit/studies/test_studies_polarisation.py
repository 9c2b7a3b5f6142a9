"""Headline resistances of a series: which spectra they rest on, and when there is no value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import xarray as xr

from alkanode.data import label
from alkanode.impedance import check_spectra, relaxation_times
from alkanode.impedance.elements import resistor, zarc
from alkanode.io import open_history
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.polarisation import polarisation_estimates, polarisation_finding
from alkanode.studies.study import study_schema

FREQUENCY = np.geomspace(1e6, 1, 55)


def series(*impedances: np.ndarray) -> xr.Dataset:
    point = ("spectrum", "point")
    fields = {
        "impedance": (point, np.array(impedances)),
        "frequency": (point, np.tile(FREQUENCY, (len(impedances), 1))),
    }
    return check_spectra(label(xr.Dataset(fields), "impedance"))


def arc(resistance: float) -> np.ndarray:
    return resistor(FREQUENCY, 10.0) + zarc(FREQUENCY, resistance, 1e-3, 0.9)


def estimates(*impedances: np.ndarray, area: float | None = None, valid: list[bool] | None = None) -> dict[str, object]:
    checked = series(*impedances)
    times = relaxation_times(checked)
    verdict = None if valid is None else np.array(valid)
    return dict(polarisation_estimates(checked, times, Impedance(), area=area, valid=verdict))


def test_the_ends_of_a_series() -> None:
    found = estimates(arc(50.0), arc(70.0), arc(90.0), area=1e-4)
    assert found["first_polarisation_in_window"].value == pytest.approx(50, rel=0.02)
    assert found["last_polarisation_in_window"].value == pytest.approx(90, rel=0.02)
    assert found["last_polarisation_in_window_area_specific"].value == pytest.approx(90e-4, rel=0.02)
    for one in found.values():
        low, high = one.interval
        assert low <= one.value <= high
    assert "in the last usable spectrum" in polarisation_finding(found)
    alone = estimates(arc(50.0))
    assert set(alone) == {"first_polarisation_in_window", "first_series_resistance"}
    assert "only usable spectrum" in polarisation_finding(alone)


def test_valid_spectra_are_preferred_and_invalid_ones_named() -> None:
    found = estimates(arc(50.0), arc(70.0), arc(90.0), valid=[False, True, False])
    assert found["first_polarisation_in_window"].value == pytest.approx(70, rel=0.02)
    assert "last_polarisation_in_window" not in found
    none_valid = estimates(arc(50.0), arc(70.0), valid=[False, False])
    assert all("fails the Kramers-Kronig test" in one.label for one in none_valid.values())
    assert "fails the Kramers-Kronig test" in polarisation_finding(none_valid)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_a_blocking_spectrum_has_no_value(measured: Callable[[str], Path]) -> None:
    checked = check_spectra(open_history(measured("impedance/PEIS_LPSCl_IonBlocking_-25C.mpr")))
    found = polarisation_estimates(checked, relaxation_times(checked), Impedance(), area=None)
    assert {one.value for one in found.values()} == {None}
    assert all("do not describe the spectrum: misfit 53 % of |Z|" in one.label for one in found.values())
    assert "interval" not in polarisation_finding(found)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_an_inductive_tail_is_doubted(measured: Callable[[str], Path]) -> None:
    checked = check_spectra(open_history(measured("impedance/vsp_peis_with.mpr")))
    found = polarisation_estimates(checked, relaxation_times(checked), Impedance(), area=None)
    assert "inductive tail" in found["first_series_resistance"].label
    cut = check_spectra(open_history(measured("impedance/vsp_peis_with.mpr")), frequency_range=(0.0, 2e4))
    found = polarisation_estimates(cut, relaxation_times(cut), Impedance(), area=None)
    assert "inductive tail" not in found["first_series_resistance"].label


def test_the_schema_knows_the_keys_of_a_cell() -> None:
    schema = study_schema()
    good = {
        "title": "t",
        "files": ["a.mpr"],
        "cell": {
            "anode": {"material": "NaK50", "mass": "4 mg"},
            "electrolyte": {"material": "NASICON", "single_ion": True},
        },
    }
    jsonschema.validate(good, schema)
    for wrong in (
        {"anode": {"material": "NaK50", "mas": "4 mg"}},
        {"anode": "NaK50", "stack_presure": "1 MPa"},
        {"area": "1 cm2"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | {"cell": wrong}, schema)
