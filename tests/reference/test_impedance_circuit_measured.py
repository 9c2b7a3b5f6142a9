"""Circuits on files of other laboratories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.impedance import check_spectra, fit_circuit

Measured = Callable[[str], Path]


@pytest.mark.parametrize("errors", ["robust", "noise"])
def test_two_depressed_arcs_return_within_their_noise(measured: Measured, errors: str):
    """R 10, 50 and 50 ohm, alpha 0.8, tau 1e-4 and 0.1 s with white noise of 0.5 ohm made this file."""
    table = np.genfromtxt(measured("impedance/pyDRTtools_2ZARC3.csv"), delimiter=",", skip_header=1)[:, 1:]
    record = check_spectra(
        xr.Dataset(
            {
                "frequency": (("spectrum", "point"), table[None, :, 0]),
                "impedance": (("spectrum", "point"), table[None, :, 1] + 1j * table[None, :, 2]),
            }
        )
    )
    fit = fit_circuit(record, "R0-Zarc1-Zarc2", weights="unit", errors=errors)
    truth = np.array([10, 50, 1e-4, 0.8, 50, 0.1, 0.8])
    assert (np.abs(fit.value[0] - truth) < 2 * fit.standard_deviation[0]).all()
    noise = np.sqrt(fit.chi_square / fit.degrees_of_freedom).item()
    assert noise == pytest.approx(0.5, rel=0.05)
