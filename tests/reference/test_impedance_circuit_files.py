"""Circuits on measured files of other laboratories, and on a file whose truth is printed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, choose_arcs, electrolyte_conductivity, fit_series
from alkanode.io import open_history

Measured = Callable[[str], Path]


def opened(path: Path, **checks: object) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return check_spectra(open_history([path])["impedance"].to_dataset(), **checks)


def test_two_known_arcs_come_back_within_the_noise(measured: Measured) -> None:
    """R 35 and 50 ohm, alpha 0.8, tau 0.1 and 1e-4 s, 10 ohm in series, white noise of 0.5 ohm."""
    table = np.genfromtxt(measured("impedance/pyDRTtools_2ZARC3.csv"), delimiter=",")
    f, real, imaginary = table[np.isfinite(table).all(axis=1)][:, -3:].T
    points = ("spectrum", "point")
    fields = {"frequency": (points, f[None]), "impedance": (points, (real + 1j * imaginary)[None])}
    record = label(xr.Dataset(fields), "impedance")
    fit = fit_series(record, "R0-Zarc1-Zarc2", weights="unit")
    residual = (fit.model_impedance - record.impedance).values[0]
    noise = np.sqrt((np.abs(residual) ** 2).sum() / fit.degrees_of_freedom.item())
    assert noise == pytest.approx(0.5, rel=0.15)
    value, deviation = (
        dict(zip(fit.parameter.values, fit[name].values[0], strict=True)) for name in ("value", "standard_deviation")
    )
    resistances = {round(float(np.log10(value[f"Zarc{k}_tau"]))): value[f"Zarc{k}_R"] for k in (1, 2)}
    assert sorted(resistances) == [-4, -1]
    # the table of what is known of the file gives the resistances and the times, not which belongs to which
    for k in (1, 2):
        error = min(abs(value[f"Zarc{k}_R"] - known) for known in (35.0, 50.0))
        assert error < 4 * deviation[f"Zarc{k}_R"]
        assert abs(value[f"Zarc{k}_alpha"] - 0.8) < 4 * deviation[f"Zarc{k}_alpha"]
    assert abs(value["R0"] - 10) < 4 * deviation["R0"]
    assert choose_arcs(record, before="R0", weights="unit").chosen.item() == 2


def test_the_blocked_electrolyte_at_minus_25(measured: Measured) -> None:
    """Least phase -5.2 degrees at 54.07 kHz with 1439.7 ohm; the arc is cut off at 7 MHz; no geometry, no conductivity."""
    record = opened(measured("impedance/PEIS_LPSCl_IonBlocking_-25C.mpr"))
    found = electrolyte_conductivity(record)
    assert found.phase_minimum_frequency.item() == pytest.approx(54.07e3, rel=1e-3)
    assert np.degrees(found.phase_minimum.item()) == pytest.approx(-5.2, abs=0.05)
    assert found.phase_minimum_resistance.item() == pytest.approx(1439.7, abs=0.1)
    assert found.arc.item() == "cut at the top"
    assert found.resistance.item() == pytest.approx(found.phase_minimum_resistance.item(), rel=0.03)
    assert np.isnan(found.conductivity.item())


def test_a_series_of_32_sweeps(measured: Measured) -> None:
    fit = fit_series(opened(measured("impedance/vsp_peis_with.mpr")), "L0-R0-p(R1,CPE1)-p(R2,CPE2)")
    assert (fit.relative_noise.values < 0.02).all()
    inductance = fit.value.sel(parameter="L0").values
    assert np.ptp(inductance) / inductance.mean() < 0.3


def test_stripping_with_61_sweeps(measured: Measured) -> None:
    """The slow arc grows as lithium is stripped; drifting sweeps stay masked; below 50 kHz two arcs describe it."""
    record = opened(measured("cycling/li_peo_geis_strip.mpr"), frequency_range=(0.0, 50e3))
    fit = fit_series(record, "R0-p(R1,CPE1)-p(R2,CPE2)")
    kept = ~record.masked.values
    assert kept.sum() == 57
    assert (fit.relative_noise.values[kept] < 0.03).all()
    total = fit.value.sel(parameter=["R0", "R1", "R2"]).sum("parameter").values[kept]
    assert total[-1] > 1.5 * total[10]


def test_a_full_solid_state_cell(measured: Measured) -> None:
    choice = choose_arcs(opened(measured("impedance/PEIS_SSB.mpr")))
    assert (np.diff(choice.rms_residual.values[0]) < 0).all()
    assert choice.chosen.item() >= 3
