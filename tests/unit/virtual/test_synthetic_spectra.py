"""Series of spectra with a known distribution of relaxation times."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from alkanode.foundation.errors import SchemaError
from alkanode.virtual import synthetic_spectra
from alkanode.virtual.synthetic_spectra import Family


@pytest.mark.parametrize("family", get_args(Family))
def test_impedance_is_the_integral_of_the_distribution(family: Family) -> None:
    record, truth = synthetic_spectra(family, spectra=13, noise=0.0)
    u = np.linspace(np.log(1e-16), np.log(1e8), 100_001)
    gamma = truth.distribution(np.exp(u))[6]
    omega = 2 * np.pi * truth.frequency
    polarisation = np.array([np.trapezoid(gamma / (1 + 1j * w * np.exp(u)), u) for w in omega])
    whole = truth.series_resistance + 1j * omega * truth.inductance + polarisation
    sharp = family == "flat_bands"  # the trapezoidal rule is off at ends
    assert np.allclose(record["impedance"].to_numpy()[6], whole, rtol=1e-4 if sharp else 1e-6)


def test_charge_runs_back_while_plating_and_noise_has_the_size_asked_for() -> None:
    record, truth = synthetic_spectra("switched_interface", spectra=300, noise=0.01)
    steps = np.diff(record["charge"].to_numpy())
    assert (np.sign(steps) == np.where(truth.segment[1:] == 1, -1, 1)).all()
    relative = record["impedance"].to_numpy().real / truth.impedance.real - 1
    assert relative.std() == pytest.approx(0.01, rel=0.05)


def test_bad_requests_are_named() -> None:
    with pytest.raises(SchemaError, match="growing_interface"):
        synthetic_spectra("rising_arc")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="noise -1"):
        synthetic_spectra(noise=-1.0)
