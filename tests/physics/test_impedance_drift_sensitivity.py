"""What the Kramers-Kronig test sees of a resistance that drifts while the sweep runs down: little, as its page says."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import at_common_time, kramers_kronig, sweep_drift
from alkanode.impedance.elements import inductor, resistor, zarc

NOISE = 0.002
POINT = ("spectrum", "point")


def runs(floor: float, change: float, sweeps: int, seed: int = 0) -> tuple[xr.Dataset, np.ndarray, np.ndarray]:
    """A series from 7 MHz down to a floor (Hz) whose interface grows by ``change`` in every sweep; arcs; times."""
    frequency = np.geomspace(7e6, floor, 80)
    within = np.cumsum(2 / frequency + 0.02)
    times = within + 1.05 * within[-1] * np.arange(sweeps)[:, None]
    fixed = resistor(frequency, 15) + inductor(frequency, 1e-7) + zarc(frequency, 20, 1.2e-7, 0.95)
    fixed = fixed + zarc(frequency, 8, 1e-3, 0.92)
    arc = zarc(frequency, 40.0, 0.02, 0.75)
    draws = np.random.default_rng(seed).normal(size=(2, sweeps, 80))
    impedance = fixed + (1 + change * times / within[-1]) * arc
    impedance = impedance.real * (1 + NOISE * draws[0]) + 1j * impedance.imag * (1 + NOISE * draws[1])
    fields = {"frequency": (POINT, np.tile(frequency, (sweeps, 1))), "impedance": (POINT, impedance)}
    made = label(xr.Dataset(fields | {"point_time": (POINT, times)}), "impedance")
    return made, np.stack([fixed, arc]), times


def median_rms(floor: float, change: float) -> float:
    """Median rms residual of the first sweep over twelve draws of the noise."""
    first = xr.concat([runs(floor, change, 1, seed)[0] for seed in range(12)], dim="spectrum")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return float(kramers_kronig(first).rms_residual.median())


def test_slow_drift_hides_in_the_noise_and_more_of_it_at_a_high_floor() -> None:
    quiet = {floor: median_rms(floor, 0.0) for floor in (1.0, 0.01)}
    seen = {(floor, change): median_rms(floor, change) for floor in (1.0, 0.01) for change in (0.05, 0.2, 0.5)}
    assert seen[1.0, 0.05] < 1.25 * quiet[1.0]  # invisible
    assert seen[0.01, 0.05] < 1.4 * quiet[0.01]  # hardly visible
    for floor in (1.0, 0.01):
        assert quiet[floor] < seen[floor, 0.05] < seen[floor, 0.2] < seen[floor, 0.5]
    assert seen[0.01, 0.5] > 1.3 * seen[1.0, 0.5]
    assert max(seen.values()) < 0.01  # half of the resistance may come while the sweep runs: still "valid"


@pytest.mark.parametrize("change", [0.05, 0.5])
def test_what_the_test_does_not_see_the_neighbours_do(change: float) -> None:
    made, _, _ = runs(1.0, change, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        assert kramers_kronig(made).valid.values.all()
    assert sweep_drift(made).drift_verdict.values[1:4].tolist() == ["changes"] * 3


def test_a_common_time_takes_the_drift_out_of_the_resistance() -> None:
    made, (fixed, arc), times = runs(1.0, 0.5, 9)
    at_start = at_common_time(made, at="start")
    truth = 40 * (1 + 0.5 * times[:, 0] / times[0, -1])

    def resistance(record: xr.Dataset) -> np.ndarray:
        """Size of the known arc in every spectrum, ohm, by least squares over |Z|."""
        Z = record.impedance.to_numpy()
        weight = 1 / np.abs(Z) ** 2
        return np.asarray(40 * ((Z - fixed) * arc.conj() * weight).real.sum(1) / (np.abs(arc) ** 2 * weight).sum(1))

    before, after = (np.abs(resistance(record) / truth - 1)[1:-1] for record in (made, at_start))
    assert np.median(before) > 0.05
    assert np.median(after) < 0.004
    assert after.max() < 0.1 * before.min()
