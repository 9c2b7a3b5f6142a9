"""Drift of sweeps, and points brought to one time, on spectra whose interface changes at a known rate."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import cite
from alkanode.impedance import BreakRules, at_common_time, sweep_drift
from alkanode.impedance.elements import resistor, zarc

F = np.geomspace(1e6, 1.0, 60)
WITHIN = np.cumsum(2 / F + 0.02)
POINT = ("spectrum", "point")
Array = np.ndarray


def interface(time: Array, rate: float) -> Array:
    """Impedance (ohm) at the times (s) of its frequencies: 40 ohm that grow by ``rate`` per sweep."""
    grown = 40 * (1 + rate * time / WITHIN[-1])
    return resistor(F, 15) + zarc(F, 8, 1e-3, 0.92) + grown * zarc(F, 1.0, 0.02, 0.75)


def drifting(rate: float, sweeps: int = 5, noise: float = 0.0, **more: tuple[tuple[str, ...], Array]) -> xr.Dataset:
    times = WITHIN + 1.05 * WITHIN[-1] * np.arange(sweeps)[:, None]
    draws = np.random.default_rng(0).normal(size=(2, sweeps, 60))
    impedance = interface(times, rate)
    impedance = impedance.real * (1 + noise * draws[0]) + 1j * impedance.imag * (1 + noise * draws[1])
    fields = {
        "frequency": (POINT, np.tile(F, (sweeps, 1))),
        "impedance": (POINT, impedance),
        "point_time": (POINT, times),
    }
    made = xr.Dataset(fields | more, coords={"time": ("spectrum", times[:, 0])})
    return label(made, "impedance")


def true_change(rate: float) -> float:
    """Largest change of Z over |Z| during the second sweep."""
    middle = WITHIN + 1.05 * WITHIN[-1]
    return float((np.abs(40 * rate * zarc(F, 1.0, 0.02, 0.75)) / np.abs(interface(middle, rate))).max())


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_the_change_during_a_sweep_is_read_off_its_neighbours(rate: float):
    result = sweep_drift(drifting(rate, noise=0.001))
    check(result, "sweep_drift")
    assert result.change_during_sweep.values[1] == pytest.approx(true_change(rate), rel=0.1)
    assert result.drift_verdict.values[1:4].tolist() == ["changes"] * 3
    assert result.change_frequency.values[1] < 100
    np.testing.assert_allclose(result.sweep_duration, np.ptp(WITHIN))


def test_ends_are_not_detectable_and_said_to_be():
    result = sweep_drift(drifting(0.2))
    assert result.bracketed.values.tolist() == [False, True, True, True, False]
    assert np.isnan(result.change_during_sweep.values[[0, 4]]).all()
    assert all(text.startswith("not detectable: no sweep") for text in result.drift_verdict.values[[0, 4]])
    alone = sweep_drift(drifting(0.2, sweeps=1).drop_vars("point_time"))
    assert alone.drift_verdict.item() == "not detectable: points have no time"


def test_a_steady_cell_is_steady_and_the_scatter_says_what_could_be_seen():
    result = sweep_drift(drifting(0.0, sweeps=30, noise=0.002))
    assert set(result.drift_verdict.values[1:-1]) == {"steady"}
    assert (result.change_during_sweep.values[1:-1] < 0.005).all()
    # three standard deviations of a difference of two sweeps 2.1 durations apart, smaller where a part hardly scatters
    assert 0.001 < np.median(result.change_limit.values[1:-1]) < 3 * np.sqrt(2) * 0.002 / 2.1
    assert np.median(result.bracket_deviation.values[1:-1]) == pytest.approx(0.002 * np.sqrt(1.5 / 2), rel=0.25)


def test_one_bad_point_is_no_drift():
    dataset = drifting(0.0, noise=0.001)
    dataset["impedance"].values[2, 50] *= 1.2
    assert sweep_drift(dataset).drift_verdict.values[1] == "steady"


def test_means_and_amplitudes_are_compared():
    ramp = np.tile(np.linspace(0, 1, 60), (5, 1))
    dataset = drifting(
        0.0,
        voltage=(POINT, 0.1 + 0.004 * ramp),
        voltage_amplitude=(POINT, 0.01 * ramp),
        current=(POINT, 1e-3 - 2e-5 * ramp),
        current_amplitude=(POINT, np.full((5, 60), 1e-4)),
    )
    result = sweep_drift(dataset)
    np.testing.assert_allclose(result.voltage_drift, 0.004)
    np.testing.assert_allclose(result.voltage_drift_ratio, 0.4)
    np.testing.assert_allclose(result.current_drift, 2e-5)
    np.testing.assert_allclose(result.current_drift_ratio, 0.2)
    assert result.current_drift.attrs["display_unit"] == "mA"


def test_a_frequency_measured_twice_in_a_sweep_is_a_witness():
    dataset = drifting(0.0, sweeps=1)
    again = xr.concat([dataset, dataset.isel(point=[0])], dim="point", data_vars="minimal", coords="minimal")
    again["impedance"].values[0, -1] *= 1.04
    again["point_time"].values[0, -1] = 99.0
    result = sweep_drift(again)
    assert result.repeat_change.item() == pytest.approx(0.04)
    assert result.repeat_interval.item() == pytest.approx(99.0 - WITHIN[0])
    assert np.isnan(sweep_drift(dataset).repeat_change.item())


def _broken(how: str) -> xr.Dataset:
    dataset = drifting(0.1, sweeps=6)
    after = np.arange(6) >= 3
    if how == "step":
        return dataset.assign_coords(step=("spectrum", after.astype(int)))
    if how == "charge":
        return dataset.assign_coords(charge=("spectrum", np.array([0.0, 1, 2, 1, 0, -1])))
    if how == "masked":
        return dataset.assign(masked=("spectrum", np.arange(6) == 3))
    if how == "pause":
        dataset["point_time"].values[3:] += 20 * WITHIN[-1]
        return dataset
    current = np.where(after, -1e-3 if how == "reversal" else 1.2e-3, 1e-3)[:, None] * np.ones(60)
    return dataset.assign(current=(POINT, current))


@pytest.mark.parametrize("how", ["step", "charge", "masked", "pause", "reversal", "current"])
def test_nothing_is_bracketed_or_interpolated_across_a_break(how: str):
    dataset = _broken(how)
    drift, moved = sweep_drift(dataset), at_common_time(dataset)
    assert not drift.bracketed.values[[2, 3]].any()
    assert drift.bracketed.values[1]
    assert not moved.at_common_time.values[2]
    late = moved.point_time.values[2] > moved.time.values[2] + 1e-6  # these would need the sweep behind the break
    np.testing.assert_array_equal(
        moved.impedance.values[2, ~late & ~moved.interpolated.values[2]],
        dataset.impedance.values[2, ~late & ~moved.interpolated.values[2]],
    )
    assert moved.at_common_time.values[1]


def test_noise_of_a_mean_current_near_zero_is_no_step():
    current = np.array([1e-6, -2e-6, 1e-6, -1e-6, 3e-6])[:, None] * np.ones(60)
    dataset = drifting(0.1, current=(POINT, current), current_amplitude=(POINT, np.full((5, 60), 1e-4)))
    assert sweep_drift(dataset).bracketed.values[1:4].all()
    assert not sweep_drift(dataset.drop_vars("current_amplitude")).bracketed.values[1:4].all()


def test_a_longer_pause_can_be_allowed():
    assert sweep_drift(_broken("pause"), break_rules=BreakRules(longest_pause=30)).bracketed.values[1:5].all()


@pytest.mark.parametrize("at", ["start", "middle", "end"])
@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_points_come_to_the_spectrum_of_one_time(at: str, rate: float):
    dataset = drifting(rate)
    result = at_common_time(dataset, at=at)
    check(result, "impedance")
    inner = slice(1, 4)
    truth = np.array([interface(np.full(60, time), rate) for time in result.time.values[inner]])
    before = np.abs(dataset.impedance.values[inner] - truth).max()
    after = np.abs(result.impedance.values[inner] - truth).max()
    assert after < 1e-9 * before  # the drift is linear, and so is the interpolation
    assert result.at_common_time.values[inner].all()
    np.testing.assert_allclose(result.point_time.values[inner], np.tile(result.time.values[inner, None], 60), rtol=1e-9)


def test_bending_drift_is_corrected_up_to_its_curvature():
    times = WITHIN + 1.05 * WITHIN[-1] * np.arange(5)[:, None]
    bent = times / WITHIN[-1] + 0.2 * (times / WITHIN[-1]) ** 2

    def at(rate: Array) -> Array:
        return resistor(F, 15) + 40 * (1 + 0.1 * rate) * zarc(F, 1.0, 0.02, 0.75)

    dataset = drifting(0.0).assign(impedance=(POINT, at(bent)))
    result = at_common_time(dataset)
    common = result.time.values[2] / WITHIN[-1]
    truth = at(np.full(60, common + 0.2 * common**2))
    before, after = (np.abs(r.impedance.values[2] - truth).max() for r in (dataset, result))
    assert after < 0.2 * before


def test_the_ends_are_kept_as_measured_and_flagged():
    dataset = drifting(0.2)
    result = at_common_time(dataset)
    assert result.at_common_time.values.tolist() == [False, True, True, True, False]
    kept = ~result.interpolated.values
    np.testing.assert_array_equal(result.impedance.values[kept], dataset.impedance.values[kept])
    np.testing.assert_array_equal(result.point_time.values[kept], dataset.point_time.values[kept])
    alone = at_common_time(drifting(0.2, sweeps=1))
    assert not alone.interpolated.values.any()
    assert not alone.at_common_time.item()
    assert "Stoynov" in cite(result)


def test_another_grid_and_a_masked_sweep_are_no_partners():
    dataset = drifting(0.2, masked=(("spectrum",), np.array([False, False, False, False, True])))
    dataset["frequency"].values[2, 10] *= 1.05
    result = at_common_time(dataset)
    moved = result.interpolated.values
    assert not moved[2, 10]
    assert moved[2, 11]
    assert not moved[1, 10]  # its later neighbour was not measured there
    assert not moved[4].any()
    assert not result.at_common_time.values[4]
    np.testing.assert_array_equal(result.impedance[4], dataset.impedance[4])


def test_what_cannot_be_asked():
    with pytest.raises(SchemaError, match="point_time"):
        at_common_time(drifting(0.1).drop_vars("point_time"))
    with pytest.raises(SchemaError, match="common time"):
        at_common_time(drifting(0.1), at="noon")
    with pytest.raises(SchemaError, match="change_limit"):
        sweep_drift(drifting(0.1), change_limit=0.0)
