"""Peaks followed through a series: linking, slopes, what lies beyond the window."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import SlopeRules, TrackingRules, relaxation_times, track_peaks
from alkanode.impedance.elements import resistor, zarc
from alkanode.impedance.operando.linking import link
from alkanode.impedance.operando.track_slope import local_deviation, track_slope

LOG_TAU = np.linspace(np.log(1e-6), np.log(1.0), 140)
WINDOW = (np.exp(LOG_TAU) > 1e-5) & (np.exp(LOG_TAU) < 0.16)


def distributions(*peaks_of_spectra: list[tuple[float, float]], **more: object) -> xr.Dataset:
    """Log-normal peaks (tau, R) of every spectrum, without any inversion."""
    width = 0.5
    gamma = np.array(
        [
            sum(
                (
                    R / (width * np.sqrt(2 * np.pi)) * np.exp(-((LOG_TAU - np.log(tau)) ** 2) / (2 * width**2))
                    for tau, R in one
                ),
                np.zeros(LOG_TAU.size),
            )
            for one in peaks_of_spectra
        ]
    )
    count = len(gamma)
    zero = np.zeros(count)
    return xr.Dataset(
        {
            "distribution": (("spectrum", "relaxation_time"), gamma),
            "in_window": (("spectrum", "relaxation_time"), np.tile(WINDOW, (count, 1))),
            **dict.fromkeys(("series_resistance", "inductance", "polarisation_out_of_window"), ("spectrum", zero)),
            "polarisation_in_window": ("spectrum", gamma.sum(axis=1) * (LOG_TAU[1] - LOG_TAU[0])),
            **{name: ("spectrum", np.asarray(values)) for name, values in more.items()},
        },
        coords={"relaxation_time": np.exp(LOG_TAU)},
    )


def test_a_peak_that_moves_and_grows_keeps_its_track() -> None:
    given = distributions(
        *([(1e-4, 20.0), (1e-2 * 1.1**k, 10.0 * 1.15**k)] for k in range(10)), time=60.0 * np.arange(10)
    )
    table = track_peaks(given)
    check(table, "peak_tracks")
    assert table.row_count.values.tolist() == [10, 10]
    second = table.isel(row=np.flatnonzero(table.track.values == 1))
    np.testing.assert_allclose(second.relaxation_time, 1e-2 * 1.1 ** np.arange(10), rtol=0.02)
    np.testing.assert_allclose(second.resistance, 10 * 1.15 ** np.arange(10), rtol=0.02)
    np.testing.assert_allclose(second.capacitance, second.relaxation_time / second.resistance)
    np.testing.assert_allclose(second.peak_width, 2.3548 * 0.5 / np.log(10), rtol=0.03)
    assert second.time.values.tolist() == (60.0 * np.arange(10)).tolist()
    assert second.in_window.values.all()
    assert float(table.slope[1]) == pytest.approx(np.log(1.1) / np.log(1.15), abs=0.05)
    assert table.birth.values.tolist() == ["present from the first spectrum"] * 2


def test_a_peak_may_be_missing_for_a_while_and_masked_spectra_are_no_gap() -> None:
    full, less = [(1e-4, 20.0), (1e-2, 10.0)], [(1e-4, 20.0)]
    table = track_peaks(distributions(full, full, less, less, full, full))
    assert table.row_count.values.tolist() == [6, 4]
    strict = track_peaks(distributions(full, full, less, less, full, full), rules=TrackingRules(allowed_gap=1))
    assert strict.row_count.values.tolist() == [6, 2, 2]
    assert strict.death.values[1] == "vanishes"
    assert strict.birth.values[2] == "appears"
    masked = distributions(full, full, full, full, full)
    masked["distribution"][1:4] = np.nan
    assert track_peaks(masked, rules=TrackingRules(allowed_gap=0)).row_count.values.tolist() == [2, 2]


def test_merging_and_splitting_are_told() -> None:
    apart, together = [(1e-4, 20.0), (4e-4, 18.0)], [(1.3e-4, 38.0)]
    merging = track_peaks(distributions(apart, apart, together, together, together))
    assert merging.death.values.tolist() == ["present to the last spectrum", "merges into track 0"]
    splitting = track_peaks(distributions(together, together, apart, apart, apart))
    assert splitting.birth.values[1] == "splits from track 0"


def test_across_a_break_only_what_looks_the_same_goes_on() -> None:
    before, after = [(1e-4, 20.0), (1e-2, 40.0)], [(1e-4, 20.0), (1e-2, 18.0)]
    segment = np.array([0, 0, 0, 1, 1, 1])
    table = track_peaks(distributions(before, before, before, after, after, after, segment=segment))
    assert table.row_count.values.tolist() == [6, 3, 3]
    assert table.death.values[1] == "ends at a break"
    assert table.birth.values[2] == "after a break"
    assert track_peaks(distributions(before, before, before, after, after, after)).row_count.values.tolist() == [6, 6]


def test_the_assignment_is_the_one_of_least_total_distance() -> None:
    """The nearest neighbour of the first peak belongs to the second: only a common assignment gets both right."""
    log_tau = np.array([0.0, 0.5, 0.4, 0.9])
    tracks = link(np.array([0, 0, 1, 1]), log_tau, np.zeros(4), np.zeros(4, dtype=int), TrackingRules())
    assert [track.rows for track in tracks] == [[0, 2], [1, 3]]


def test_no_peaks_no_tracks() -> None:
    table = track_peaks(distributions([], []))
    assert table.sizes["row"] == 0
    assert table.sizes["peak_track"] == 0


@pytest.mark.parametrize(("exponent", "verdict"), [(0.0, "area loss"), (1.0, "fixed capacitance"), (0.5, "neither")])
def test_the_slope_tells_lost_area_from_a_fixed_capacitance(exponent: float, verdict: str) -> None:
    random = np.random.default_rng(3)
    log_resistance = np.linspace(0, 1.5, 40)
    noisy = log_resistance + 0.05 * random.normal(size=40)
    log_tau = exponent * log_resistance + 0.05 * random.normal(size=40)
    slope = track_slope(log_tau, noisy, SlopeRules())
    assert slope.value == pytest.approx(exponent, abs=0.1)
    assert slope.low <= exponent <= slope.high
    assert slope.verdict == verdict


def test_error_in_the_resistance_does_not_pull_the_slope_to_zero() -> None:
    random = np.random.default_rng(5)
    true = np.linspace(0, 1.0, 400)
    u, v = true + 0.15 * random.normal(size=400), true + 0.15 * random.normal(size=400)
    assert np.polyfit(v, u, 1)[0] < 0.85
    assert track_slope(u, v, SlopeRules()).value == pytest.approx(1.0, abs=0.06)


def test_nothing_is_said_where_the_resistance_does_not_move() -> None:
    random = np.random.default_rng(6)
    u, v = 0.05 * random.normal(size=(2, 30))
    assert track_slope(u, v, SlopeRules()).verdict == "cannot say"
    assert np.isnan(track_slope(u, v, SlopeRules()).value)
    assert track_slope(np.zeros(4), np.arange(4.0), SlopeRules()).verdict == "cannot say"


def test_the_scatter_is_that_of_the_noise_and_not_of_the_trend() -> None:
    random = np.random.default_rng(7)
    values = 3.0 * np.arange(2000) + 0.2 * random.normal(size=2000)
    assert float(np.sqrt(np.mean(local_deviation(values) ** 2))) == pytest.approx(0.2, rel=0.06)
    np.testing.assert_allclose(local_deviation(3.0 * np.arange(10)), 0, atol=1e-12)


@pytest.mark.parametrize("tau", [0.3, 1.0, 3.0])
def test_beyond_the_window_the_capacitance_is_still_in_the_data(tau: float) -> None:
    """R = 50 ohm with a relaxation time of up to 20 times the end of a sweep down to 1 Hz."""
    frequency = np.geomspace(1e6, 1.0, 61)
    z = resistor(frequency, 15) + zarc(frequency, 20, 1e-4, 0.95) + zarc(frequency, 50, tau, 1.0)
    random = np.random.default_rng(8)
    point = ("spectrum", "point")
    noise = 0.002 * random.normal(size=(2, 6, 61))
    record = xr.Dataset(
        {
            "frequency": (point, np.tile(frequency, (6, 1))),
            "impedance": (point, z.real * (1 + noise[0]) + 1j * z.imag * (1 + noise[1])),
        }
    )
    table = track_peaks(relaxation_times(record))
    beyond = table.isel(row=np.flatnonzero(table.beyond_window.values))
    assert beyond.sizes["row"] == 6
    np.testing.assert_allclose(beyond.capacitance, tau / 50, rtol=0.12)
    assert (beyond.resistance < 50).all()
    np.testing.assert_allclose(beyond.relaxation_time, 1 / (2 * np.pi), rtol=0.15)
    assert not beyond.in_window.any()
    peaks_inside = table.isel(row=np.flatnonzero(~table.beyond_window.values))
    assert (peaks_inside.relaxation_time < 1e-3).all()


def test_single_spectra_give_the_scatter_that_a_joint_inversion_has_smoothed_away() -> None:
    smooth = distributions(*([(1e-3, 20.0)] for _ in range(20)))
    random = np.random.default_rng(9)
    rough = distributions(*([(1e-3, 20.0 * np.exp(0.05 * random.normal()))] for _ in range(20)))
    assert float(track_peaks(smooth).resistance_deviation.max()) < 1e-6
    deviation = track_peaks(smooth, single=rough).resistance_deviation.values / 20
    assert float(np.sqrt(np.mean(deviation**2))) == pytest.approx(0.05, rel=0.4)
    with pytest.raises(SchemaError, match="the same spectra"):
        track_peaks(smooth, single=rough.isel(spectrum=slice(3)))


def test_rules_out_of_range_are_refused() -> None:
    with pytest.raises(SchemaError, match="allowed_gap"):
        TrackingRules(allowed_gap=-1)
    with pytest.raises(SchemaError, match="resistance_gate"):
        TrackingRules(resistance_gate=0.0)
    with pytest.raises(SchemaError, match="beyond_share"):
        track_peaks(distributions([(1e-3, 1.0)]), beyond_share=2.0)
