from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.sources import cite
from alkanode.impedance import keep_valid_points, kramers_kronig
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


def _exact(frequency: np.ndarray, impedance: np.ndarray, count: int, left_out: int | None = None) -> np.ndarray:
    """Residuals of plain least squares, by singular values; with one frequency left out of the fit."""
    omega = 2 * np.pi * frequency
    tau = np.geomspace(1 / omega.max(), 1 / omega.min(), count)
    columns = [np.ones(omega.size), 1j * omega / omega.max(), omega.min() / (1j * omega)]
    A = np.column_stack([*columns, 1 / (1 + 1j * omega[:, None] * tau)]) / np.abs(impedance)[:, None]
    b = impedance / np.abs(impedance)
    kept = np.delete(np.arange(omega.size), [] if left_out is None else left_out)
    stacked = np.vstack([A[kept].real, A[kept].imag]), np.concatenate([b[kept].real, b[kept].imag])
    return A @ np.linalg.lstsq(*stacked, rcond=1e-15)[0] - b


@pytest.mark.parametrize("elements", [5, 20, 40, 70])
def test_residuals_are_those_of_plain_least_squares(elements: int):
    result = kramers_kronig(record(noisy(0.002)), elements=elements)
    expected = _exact(FREQUENCY, noisy(0.002), elements)
    scale = float(result.rms_residual.item())
    np.testing.assert_allclose(result.residual_real[0], expected.real, atol=1e-5 * scale)
    np.testing.assert_allclose(result.residual_imaginary[0], expected.imag, atol=1e-5 * scale)


@pytest.mark.parametrize("point", [0, 30, 79])
@pytest.mark.parametrize("elements", [20, 60])
def test_the_deviation_is_that_of_a_fit_without_the_point(point: int, elements: int):
    result = kramers_kronig(record(noisy(0.002)), elements=elements)
    expected = np.abs(_exact(FREQUENCY, noisy(0.002), elements, point)[point]) / np.sqrt(2)
    assert result.left_out_deviation.values[0, point] == pytest.approx(expected, rel=1e-3)


def test_a_spectrum_alone_is_judged_as_in_its_series():
    series = np.stack([noisy(0.002, seed) * (1 + seed) for seed in range(6)])
    together, alone = kramers_kronig(record(series)), kramers_kronig(record(series[3]))
    assert together.element_count.values[3] == alone.element_count.item()
    np.testing.assert_allclose(together.residual_real[3], alone.residual_real[0], atol=1e-9)


@pytest.mark.parametrize("point", [3, 40, 70])
def test_a_single_bad_point_is_named_though_the_spectrum_passes(point: int):
    spoiled = noisy(0.001)
    spoiled[point] *= 1.03
    with pytest.warns(DataQualityWarning, match="outlying points in spectrum 1"):
        result = kramers_kronig(record(np.stack([noisy(0.001), spoiled])))
    assert result.valid.values.all()
    assert np.flatnonzero(~result.point_valid.values[1]).tolist() == [point]
    assert result.point_valid.values[0].all()
    assert f"{FREQUENCY[point]:.4g} Hz" in result.attrs["checks"]


def test_bad_points_are_taken_out_of_valid_spectra_only():
    spoiled, broken = noisy(0.001), noisy(0.001)
    spoiled[40] *= 1.03
    broken[40:] *= 1.3
    dataset = record(np.stack([spoiled, broken]))
    with pytest.warns(DataQualityWarning, match="outlying"):
        kept = keep_valid_points(dataset, kramers_kronig(dataset))
    assert np.flatnonzero(np.isnan(kept.frequency.values[0])).tolist() == [40]
    np.testing.assert_array_equal(kept.impedance[1], broken)
    assert kramers_kronig(kept).rms_residual.values[0] < 0.0015
    with pytest.raises(SchemaError, match="that of the record"):
        keep_valid_points(dataset.isel(spectrum=[0]), kramers_kronig(kept))


def test_noise_below_the_limit_names_no_point():
    series = np.stack([noisy(0.004, seed) for seed in range(40)])
    result = kramers_kronig(record(series))
    assert result.point_valid.values.all()
    assert np.median(result.relative_noise) == pytest.approx(0.004 / np.sqrt(2), rel=0.25)


def test_the_points_that_an_artefact_spoils_are_named_in_an_invalid_spectrum():
    spoiled = noisy(0.001)
    spoiled[:8] += np.linspace(-12, 0, 8) * (1 + 0.5j)
    spoiled[0] = -20
    result = kramers_kronig(record(spoiled))
    assert not result.valid.item()
    assert not result.point_valid.values[0, 0]
    assert result.point_valid.values[0, 40:].all()


def test_a_negative_resistance_is_tested_as_an_admittance():
    frequency = np.geomspace(1e5, 0.1, 60)
    # stable under voltage control only: the impedance has a pole on the wrong side, the admittance has none
    impedance = 5 - 20 / (1 - 2j * np.pi * frequency * 0.05)
    as_impedance, chosen = (kramers_kronig(record(impedance, frequency), form=form) for form in ("impedance", "auto"))
    assert not as_impedance.valid.item()
    assert chosen.valid.item()
    assert chosen.in_admittance.item()


def test_a_valid_impedance_with_a_negative_real_part_stays_an_impedance():
    impedance = 15 + zarc(FREQUENCY, 20, 1e-4, 0.9) - zarc(FREQUENCY, 60, 1e-2, 0.9)  # stable under current control
    result = kramers_kronig(record(impedance))
    assert result.valid.item()
    assert not result.in_admittance.item()


def test_a_blocked_cell_needs_the_capacitance():
    blocked = noisy(0.001) + 1 / (2j * np.pi * FREQUENCY * 1e-5)
    fits = {keep: kramers_kronig(record(blocked), capacitance=keep, elements=8) for keep in (True, False)}
    assert fits[True].rms_residual.item() < fits[False].rms_residual.item()


def test_an_inductive_head_can_be_left_out():
    spoiled = noisy(0.001) + inductor(FREQUENCY, 2e-6) * (1 + 0.3 * (FREQUENCY > 2e6))
    head = int(np.argmax(spoiled.imag < 0))
    assert head > 3
    assert not kramers_kronig(record(spoiled)).valid.item()
    result = kramers_kronig(record(spoiled), inductive_head="leave out")
    assert result.valid.item()
    assert np.isnan(result.residual_real.values[0, :head]).all()
    assert not result.point_valid.values[0, :head].any()
    assert result.point_valid.values[0, head:].all()
    np.testing.assert_array_equal(result.frequency[0], FREQUENCY)


def test_the_search_for_a_length_follows_its_criterion():
    counts = {
        name: kramers_kronig(record(noisy(0.002)), criterion=name) for name in ("mu", "residual", "mu and residual")
    }
    assert counts["mu"].mu.item() <= 0.85
    assert counts["residual"].element_count.item() <= counts["mu and residual"].element_count.item()
    assert counts["residual"].attrs["criterion"] == "residual"
    strict = kramers_kronig(record(noisy(0.002)), mu_limit=0.3)
    assert strict.element_count.item() > counts["mu"].element_count.item()


@pytest.mark.parametrize("name", ["limit", "outlier", "mu_limit"])
def test_limits_must_be_positive(name: str):
    with pytest.raises(SchemaError, match=name):
        kramers_kronig(record(IMPEDANCE), **{name: 0.0})
