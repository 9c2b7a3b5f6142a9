"""A blocked sulphide electrolyte of another laboratory: what its distribution gives once the tail is in the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from alkanode.cli.main import cli
from alkanode.impedance import check_spectra, relaxation_times
from alkanode.io.biologic.mpr import MprReader

FILE = "impedance/PEIS_LPSCl_IonBlocking_-25C.mpr"


@pytest.fixture
def blocked(measured: Callable[[str], Path]) -> xr.Dataset:
    return check_spectra(MprReader().read(measured(FILE))["impedance"].to_dataset())


@pytest.mark.parametrize("regularisation", [1e-5, 1e-3, "gcv"])
@pytest.mark.parametrize("basis", ["tent", "gaussian"])
def test_the_tail_leaves_the_resistance_of_the_pellet(blocked: xr.Dataset, regularisation: float | str, basis: str):
    """The real part where the phase is nearest to zero is 1440 ohm."""
    times = relaxation_times(blocked, blocking=True, regularisation=regularisation, basis=basis)
    assert times.rms_residual.item() < 0.005
    assert times.resistance_before_tail.item() == pytest.approx(1440, rel=0.01)
    assert np.degrees(times.tail_phase.item()) == pytest.approx(-80, abs=3)


def test_one_ideal_capacitance_is_not_enough(blocked: xr.Dataset):
    tail, ideal = (relaxation_times(blocked, **{name: True}) for name in ("blocking", "capacitance"))
    assert abs(ideal.resistance_before_tail.item() / 1440 - 1) > 3 * abs(tail.resistance_before_tail.item() / 1440 - 1)


def test_the_command_reports_the_resistance(measured: Callable[[str], Path]):
    answer = CliRunner().invoke(cli, ["impedance", "drt", str(measured(FILE)), "--blocking", "--json"])
    assert answer.exit_code == 0, answer.output
    estimate = json.loads(answer.stdout)["results"]["first_resistance_before_tail"]
    assert estimate["value"] == pytest.approx(1440, rel=0.01)
    low, high = estimate["interval"]
    assert low <= estimate["value"] <= high
    assert (high - low) / estimate["value"] < 0.02
