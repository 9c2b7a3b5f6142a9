from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import cite
from alkanode.impedance import kramers_kronig
from alkanode.impedance.elements import inductor, resistor, zarc

FREQUENCY = np.geomspace(7e6, 1, 80)
IMPEDANCE = resistor(FREQUENCY, 15) + inductor(FREQUENCY, 1e-7) + zarc(FREQUENCY, 20, 1.2e-7, 0.95)
IMPEDANCE = IMPEDANCE + zarc(FREQUENCY, 8, 1e-3, 0.92) + zarc(FREQUENCY, 40, 0.02, 0.75)


def record(impedance: np.ndarray, frequency: np.ndarray = FREQUENCY, **more: np.ndarray) -> xr.Dataset:
    impedance = np.atleast_2d(impedance)
    fields = {
        "frequency": (("spectrum", "point"), np.broadcast_to(frequency, impedance.shape).copy()),
        "impedance": (("spectrum", "point"), impedance),
    }
    return xr.Dataset({**fields, **{name: ("spectrum", values) for name, values in more.items()}})


def noisy(level: float, seed: int = 0) -> np.ndarray:
    draws = np.random.default_rng(seed).normal(size=(2, 80))
    return IMPEDANCE.real * (1 + level * draws[0]) + 1j * IMPEDANCE.imag * (1 + level * draws[1])


def test_the_residual_is_the_noise():
    result = kramers_kronig(record(noisy(0.002)))
    check(result, "kramers_kronig")
    assert result.valid.item()
    # |Z| normalises both parts, so the expected level is 0.2 % times rms(Re, Im)/|Z| = 0.2 %/sqrt(2)
    assert result.rms_residual.item() == pytest.approx(0.002 / np.sqrt(2), rel=0.2)
    assert 15 <= result.element_count.item() <= 40
    assert result.mu.item() <= 0.85
    assert result.residual_real.dims == ("spectrum", "point")
    assert "Schoenleber2014" in result.attrs["sources"]
    assert "Boukamp" in cite(result)


def test_a_flipped_imaginary_part_is_invalid():
    result = kramers_kronig(record(np.stack([IMPEDANCE, IMPEDANCE.conj()])))
    assert result.valid.values.tolist() == [True, False]
    assert result.rms_residual.values[1] > 0.05


def test_a_jump_of_the_cell_within_a_sweep_is_invalid():
    jumped = IMPEDANCE.copy()
    jumped[40:] *= 1.2
    assert not kramers_kronig(record(jumped)).valid.item()


def test_slow_drift_is_not_seen_as_the_documentation_says():
    time = np.cumsum(1 / FREQUENCY) / np.sum(1 / FREQUENCY)
    drifted = noisy(0.002) + 0.05 * time * zarc(FREQUENCY, 40, 0.02, 0.75)
    result = kramers_kronig(record(drifted))
    assert result.valid.item()
    assert result.rms_residual.item() < 0.002
    assert "does not see slow drift" in result.attrs["note"]


def test_a_fixed_number_of_elements_is_used():
    few, many = (kramers_kronig(record(IMPEDANCE), elements=count) for count in (4, 30))
    assert few.element_count.item() == 4
    assert many.rms_residual.item() < 0.01 * few.rms_residual.item()


def test_residuals_return_in_the_order_of_the_record():
    order = np.random.default_rng(1).permutation(80)
    sorted_result = kramers_kronig(record(noisy(0.002)))
    shuffled = kramers_kronig(record(noisy(0.002)[order], FREQUENCY[order]))
    np.testing.assert_allclose(shuffled.residual_real[0], sorted_result.residual_real[0].values[order], atol=1e-9)
    np.testing.assert_array_equal(shuffled.frequency[0], FREQUENCY[order])


def test_masked_spectra_are_not_tested():
    masked = np.array([False, True])
    reason = np.array(["", "voltage drift"])
    dataset = record(np.stack([IMPEDANCE, np.full(80, np.nan + 0j)]), masked=masked, mask_reason=reason)
    result = kramers_kronig(dataset)
    assert result.valid.values.tolist() == [True, False]
    assert np.isnan(result.rms_residual.values[1])
    assert result.element_count.values[1] == 0
    assert result.mask_reason.values[1] == "voltage drift"


def test_the_limit_decides_the_verdict():
    dataset = record(noisy(0.002))
    assert not kramers_kronig(dataset, limit=1e-4).valid.item()
    assert kramers_kronig(dataset, limit=1e-4).attrs["limit"] == 1e-4


@pytest.mark.parametrize("elements", [0, 81])
def test_an_impossible_number_of_elements_is_refused(elements: int):
    with pytest.raises(SchemaError, match="between 1 and the number of points"):
        kramers_kronig(record(IMPEDANCE), elements=elements)


def test_points_without_impedance_and_direct_current_point_to_the_checks():
    broken = IMPEDANCE.copy()
    broken[4] = np.nan
    with pytest.raises(SchemaError, match=r"points \[4\] of spectrum 0.*check_spectra"):
        kramers_kronig(record(broken))
    with pytest.raises(PhysicsError, match=r"0 Hz at point 2.*check_spectra"):
        kramers_kronig(record(IMPEDANCE, np.where(np.arange(80) == 2, 0.0, FREQUENCY)))
