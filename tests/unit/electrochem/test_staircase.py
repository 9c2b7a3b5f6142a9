"""Current staircases with known answers: resistances, relaxation, failures, spectra, and records that are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.electrochem import StaircaseRule, spectra_by_level, staircase, staircase_estimates
from alkanode.foundation.errors import SchemaError

CELL = Cell(anode="NaK50", counter="Na", area="1 cm2", area_uncertainty="0.02 cm2")
SERIES, SLOW = 200.0, 500.0
UP = (2e-4, 4e-4, 7e-4, 1e-3)


def made(
    currents: Sequence[float] = UP,
    *,
    fail: int | None = None,
    rest: float = 1800.0,
    fine: bool = True,
    short: int | None = None,
    drift: float = 0.0,
    durations: Sequence[float] | None = None,
    setpoint: bool = True,
) -> xr.Dataset:
    """Each level: I R_s at once and I R exp. with 40 s; each rest: 60 % with 20 s and 40 % with 300 s; noise 20 uV."""
    random = np.random.default_rng(0)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("time", "voltage", "current", "setpoint", "mode")}
    clock = 0.0

    def add(time: np.ndarray, voltage: np.ndarray, current: float) -> None:
        nonlocal clock
        ones = np.ones(time.size)
        parts = (clock + time, voltage, current * ones, (current or np.nan) * ones, (1.0 if current else 0.0) * ones)
        for name, part in zip(columns, parts, strict=True):
            columns[name].append(part)
        clock += float(time[-1])

    def grid(duration: float) -> np.ndarray:
        start = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0] if fine else []
        return np.r_[start, np.arange(5.0, duration + 1, 5.0)]

    add(np.arange(0.0, 600.0, 5.0), np.zeros(120), 0.0)
    for index, current in enumerate(currents):
        duration = 1800.0 if durations is None else durations[index]
        time = grid(duration)
        voltage = current * (SERIES + SLOW * (1 - np.exp(-time / 40))) + drift * time * np.sign(current)
        if fail == index:
            voltage = voltage * np.where(time > 1000, 1 + (0.01 * (time - 1000)) ** 2, 1)
        if short is not None and (index > short):
            voltage = 1e-3 * voltage
        if short == index:
            voltage = np.where(time > 900, 1e-3 * voltage, voltage)
        add(time, voltage, current)
        if rest:
            time = grid(rest)
            add(time, current * SLOW * (0.6 * np.exp(-time / 20) + 0.4 * np.exp(-time / 300)), 0.0)
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    fields = {
        "time": ("row", whole["time"]),
        "voltage": ("row", whole["voltage"] + 2e-5 * random.normal(size=whole["time"].size)),
        "current": ("row", whole["current"]),
    }
    if setpoint:
        fields |= {"current_setpoint": ("row", whole["setpoint"]), "control_mode": ("row", whole["mode"].astype(int))}
    return label(xr.Dataset(fields), "cycling")


def test_levels_give_resistances_steady_voltages_and_relaxations() -> None:
    levels = staircase(made(), CELL)
    assert levels["current_density"].to_numpy() == pytest.approx([2.0, 4.0, 7.0, 10.0])
    assert levels["direction"].to_numpy().tolist() == ["strip"] * 4
    assert levels["duration"].to_numpy() == pytest.approx(1800, rel=0.01)
    assert levels["steady_voltage"].to_numpy() == pytest.approx(np.array(UP) * 700, abs=3e-5)
    low, high = levels["steady_voltage_interval"].to_numpy().T
    assert ((low <= np.array(UP) * 700 + 2e-6) & (np.array(UP) * 700 - 2e-6 <= high)).all()
    assert levels["steady"].to_numpy().all()
    assert levels["settling_time"].to_numpy() == pytest.approx(40, rel=0.03)
    # at 0.1 s and 1 s the slow part has answered by 1 - exp(-t/40)
    for column, delay in enumerate((0.1, 1.0)):
        expected = SERIES + SLOW * (1 - np.exp(-delay / 40))
        assert levels["resistance"].to_numpy()[:, column] == pytest.approx(expected, abs=1.5)
    assert levels["end_resistance"].to_numpy() == pytest.approx(700, abs=1.5)
    assert set(levels["relaxation_model"].to_numpy()) == {"exponentials"}
    assert levels["time_constant"].to_numpy() == pytest.approx(np.tile([20, 300], (4, 1)), rel=0.01)
    amplitudes = np.outer(np.array(UP) * SLOW, [0.6, 0.4])
    assert levels["relaxation_amplitude"].to_numpy() == pytest.approx(amplitudes, rel=0.01)


def test_the_straight_line_of_steady_voltages() -> None:
    levels = staircase(made(), CELL)
    assert levels["linear"].to_numpy().tolist() == [True]
    assert float(levels["linear_resistance"][0]) == pytest.approx(700, abs=1.5)
    bent = made()
    voltage = bent["voltage"].to_numpy()
    bent = label(bent.assign(voltage=("row", 0.1 * np.arcsinh(voltage / 0.1))), "cycling")
    curved = staircase(bent, CELL)
    assert curved["linear"].to_numpy().tolist() == [False]
    assert float(curved["linear_worst"][0]) > 0.05


@pytest.mark.parametrize(("sign", "word"), [(1, "stripping"), (-1, "plating")])
def test_the_critical_current_lies_between_the_last_pass_and_the_first_failure(sign: int, word: str) -> None:
    levels = staircase(made([sign * one for one in UP], fail=2), CELL)
    assert levels["passed"].to_numpy().tolist() == [True, True, False, False]
    assert levels["failure"].to_numpy()[2] in ("contact_loss", "suspected_contact_loss")
    assert levels["failure"].to_numpy()[3] == "after a failure"
    assert np.isnan(levels["steady_voltage"].to_numpy()[2:]).all()
    estimates = staircase_estimates(levels, CELL)
    critical = estimates[f"critical_{word}_current"]
    assert critical.interval == pytest.approx((4.0 / 1.04, 7.0 / 0.96))
    assert critical.value == pytest.approx(5.5)
    assert critical.unit == "A m-2"
    assert "2 % uncertain" in critical.label
    assert len([name for name in estimates if name.startswith("critical")]) == 1


def test_contact_that_comes_back_in_the_rest_was_lost_all_the_same() -> None:
    levels = staircase(made(fail=1), CELL)
    assert levels["passed"].to_numpy().tolist() == [True, False, False, False]


def test_censored_critical_currents() -> None:
    none_failed = staircase_estimates(staircase(made(), CELL), CELL)["critical_stripping_current"]
    assert none_failed.interval == (pytest.approx(10.0 / 1.04), float("inf"))
    assert "right-censored" in none_failed.label
    first_failed = staircase_estimates(staircase(made(fail=0), CELL), CELL)["critical_stripping_current"]
    assert first_failed.interval == (0.0, pytest.approx(2.0 / 0.96))
    assert "left-censored" in first_failed.label
    without_area = staircase_estimates(staircase(made(fail=2)))["critical_stripping_current"]
    assert without_area.unit == "A"
    assert without_area.interval == pytest.approx((4e-4, 7e-4))


def test_a_failure_below_a_current_that_had_passed_gives_no_interval() -> None:
    up_and_down = (*UP, 7e-4, 4e-4)
    levels = staircase(made(up_and_down, fail=5), CELL)
    critical = staircase_estimates(levels, CELL)["critical_stripping_current"]
    assert critical.value is None
    assert critical.interval is None
    assert "not the current alone" in critical.label


def test_a_short_while_plating_fails_the_level() -> None:
    levels = staircase(made([-one for one in UP], short=2, rest=0.0), CELL)
    assert levels["failure"].to_numpy()[2] in ("hard_short", "suspected_short")
    critical = staircase_estimates(levels, CELL)["critical_plating_current"]
    assert critical.interval == pytest.approx((4.0 / 1.04, 7.0 / 0.96))


def test_up_and_down_and_repeated_levels_are_read_as_they_come() -> None:
    levels = staircase(made((2e-4, 2e-4, 4e-4, 7e-4, 7e-4, 4e-4), rest=600.0), CELL)
    assert levels["current_density"].to_numpy() == pytest.approx([2, 2, 4, 7, 7, 4])
    assert levels["branch"].to_numpy().tolist() == [0] * 6


def test_stripping_and_plating_staircases_are_branches() -> None:
    levels = staircase(made((*UP, *(-one for one in UP)), rest=600.0), CELL)
    assert levels["branch"].to_numpy().tolist() == [0] * 4 + [1] * 4
    assert levels.sizes["staircase_branch"] == 2
    assert set(staircase_estimates(levels, CELL)) == {
        "critical_stripping_current",
        "critical_plating_current",
        "stripping_resistance",
        "plating_resistance",
    }


def test_a_level_that_was_cut_short_is_neither_passed_nor_failed() -> None:
    levels = staircase(made(durations=(1800, 1800, 1800, 300)), CELL)
    assert levels["failure"].to_numpy().tolist() == ["", "", "", "cut short"]
    critical = staircase_estimates(levels, CELL)["critical_stripping_current"]
    assert critical.interval == (pytest.approx(7.0 / 1.04), float("inf"))


def test_a_level_that_ended_at_a_voltage_limit_failed() -> None:
    """The record of the last level stops when its voltage has tripled, too soon for a run-away to be told."""
    record = made(drift=0.0, durations=(1800, 1800, 1800, 500), rest=0.0)
    voltage, time = record["voltage"].to_numpy().copy(), record["time"].to_numpy()
    last = time > time[-1] - 500
    voltage[last] *= 1 + 1.6 * ((time[last] - time[last][0]) / 500) ** 2
    levels = staircase(label(record.assign(voltage=("row", voltage)), "cycling"), CELL)
    assert levels["failure"].to_numpy()[3] == "voltage limit"
    assert staircase_estimates(levels, CELL)["critical_stripping_current"].interval == pytest.approx(
        (7.0 / 1.04, 10.0 / 0.96)
    )


def test_a_drifting_level_has_no_steady_voltage() -> None:
    levels = staircase(made(drift=1e-4), CELL)
    assert not levels["steady"].to_numpy().any()
    assert np.isnan(levels["steady_voltage"].to_numpy()).all()
    assert levels["end_rate"].to_numpy() == pytest.approx(1e-4, rel=0.05)
    assert np.isinf(levels["steady_voltage_interval"].to_numpy()[:, 1]).all()
    assert "drifts on" in levels["settling_reason"].to_numpy()[0]


def test_coarse_sampling_says_which_resistance_is_unknown() -> None:
    levels = staircase(made(fine=False), CELL)
    assert np.isnan(levels["resistance"].to_numpy()).all()
    assert "0.1 s: the step is known to 5 s only" in str(levels["coarse"].to_numpy()[0])
    assert np.isfinite(levels["end_resistance"].to_numpy()).all()


def test_levels_from_a_measured_current_alone() -> None:
    record = made(setpoint=False)
    random = np.random.default_rng(3)
    noisy = record["current"].to_numpy() * (1 + 0.02 * random.normal(size=record.sizes["row"]))
    levels = staircase(label(record.assign(current=("row", noisy)), "cycling"), CELL)
    assert levels["current_density"].to_numpy() == pytest.approx([2, 4, 7, 10], rel=0.01)
    assert levels["steady_voltage"].to_numpy() == pytest.approx(np.array(UP) * 700, abs=1e-4)


@pytest.mark.parametrize(
    ("currents", "reason"),
    [
        ((1e-3,), "one level"),
        ((2e-4, 4e-4), "at most 2 rise"),
        ((4e-4, 4e-4, 4e-4, 4e-4), "at most 1 rise"),
        ((7e-4, 4e-4, 2e-4), "at most 1 rise"),
        ((2e-4, -2e-4, 4e-4, -4e-4, 7e-4, -7e-4), "alternates"),
    ],
)
def test_a_record_that_is_no_staircase_is_told_why(currents: tuple[float, ...], reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        staircase(made(currents, rest=600.0), CELL)


def test_no_current_is_no_staircase() -> None:
    with pytest.raises(SchemaError, match="no controlled current"):
        staircase(made(()), CELL)


def spectra(times: Sequence[float], drift: Sequence[float]) -> xr.Dataset:
    count = len(times)
    frequency = np.tile(np.geomspace(1e6, 1, 12), (count, 1))
    mean = np.array(drift)[:, None] * np.linspace(0, 1, 12)
    fields = {
        "frequency": (("spectrum", "point"), frequency),
        "impedance": (("spectrum", "point"), 100 + 50 / (1 + 1j * frequency * 1e-3)),
        "voltage": (("spectrum", "point"), mean),
        "voltage_amplitude": (("spectrum", "point"), np.full((count, 12), 0.01)),
        "time": ("spectrum", np.array(times)),
    }
    return label(xr.Dataset(fields), "impedance")


def test_spectra_belong_to_levels_and_rests() -> None:
    record = made()
    level0, rest0, level3 = 600.0 + 900.0, 600.0 + 1800 + 900.0, 600.0 + 3 * 3600 + 900.0
    given = spectra([10.0, level0, rest0, level3], [0.0, 2e-4, 0.0, 1e-3])
    levels = staircase(record, CELL, impedance=given)
    assert levels["spectra_in_current"].to_numpy().tolist() == ["1", "", "", "3"]
    assert levels["spectra_in_rest"].to_numpy().tolist() == ["2", "", "", ""]
    assert levels["spectra_in_drift"].to_numpy().tolist() == ["", "", "", "3"]
    placed = spectra_by_level(levels, given)
    assert placed["level"].to_numpy().tolist() == [0, 0, 3]
    assert placed["at_rest"].to_numpy().tolist() == [False, True, False]
    assert placed["current_density"].to_numpy() == pytest.approx([2, 2, 10])
    assert placed["in_drift"].to_numpy().tolist() == [False, False, True]
    assert placed["stored_spectrum"].to_numpy().tolist() == [1, 2, 3]
    with pytest.raises(SchemaError, match="the same spectra"):
        spectra_by_level(staircase(record, CELL), given)


def test_thresholds_are_stored_and_move_the_verdict() -> None:
    levels = staircase(made(drift=1e-5), CELL, rule=StaircaseRule(steady_rate=1e-6))
    assert not levels["steady"].to_numpy().any()
    assert "steady_rate=1e-06" in levels.attrs["rule"]
