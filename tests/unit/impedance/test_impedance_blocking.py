"""Blocking tails, a series capacitance, inductive loops at low frequency, published recipes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import RELAXATION_PRESETS, peaks, relaxation_times
from alkanode.impedance.elements import capacitor, resistor, zarc

FREQUENCY = np.geomspace(7e6, 0.1, 80)
OMEGA = 2j * np.pi * FREQUENCY
ELECTROLYTE = resistor(FREQUENCY, 140) + zarc(FREQUENCY, 1300, 6e-8, 0.9)


def record(*spectra: np.ndarray, frequency: np.ndarray = FREQUENCY, noise: float = 0.002) -> xr.Dataset:
    random = np.random.default_rng(5)
    z = np.array(spectra)
    draws = noise * random.normal(size=(2, *z.shape))
    point = ("spectrum", "point")
    noisy = z.real * (1 + draws[0]) + 1j * z.imag * (1 + draws[1])
    return xr.Dataset({"frequency": (point, np.tile(frequency, (len(z), 1))), "impedance": (point, noisy)})


@pytest.mark.parametrize("exponent", [0.75, 0.86, 0.95, 1.0])
def test_a_tail_of_any_phase_leaves_the_electrolyte(exponent: float):
    tail = 1 / (2e-7 * OMEGA**exponent)
    times = relaxation_times(record(ELECTROLYTE + tail), blocking=True)
    check(times, "relaxation_times")
    assert times.rms_residual.item() < 0.004
    assert times.resistance_before_tail.item() == pytest.approx(1440, rel=0.02)
    assert np.degrees(times.tail_phase.item()) == pytest.approx(-90 * exponent, abs=2.5)
    assert times.tail_magnitude.sum().item() == pytest.approx(np.abs(tail[-1]), rel=0.15)
    assert times.attrs["weights"] == "modulus"
    alone = relaxation_times(record(ELECTROLYTE), blocking=True)
    assert alone.resistance_before_tail.item() == pytest.approx(1440, rel=0.02)


def test_an_ideal_electrode_is_a_capacitance():
    times = relaxation_times(record(ELECTROLYTE + capacitor(FREQUENCY, 2e-6)), capacitance=True)
    assert times.blocking_capacitance.item() == pytest.approx(2e-6, rel=0.01)
    assert times.resistance_before_tail.item() == pytest.approx(1440, rel=0.02)
    assert np.degrees(times.tail_phase.item()) == pytest.approx(-90)
    assert "tail_magnitude" not in times
    none = relaxation_times(record(ELECTROLYTE), capacitance=True, weights="unit")
    assert none.resistance_before_tail.item() == pytest.approx(1440, rel=0.02)


def test_the_real_part_knows_no_capacitance():
    times = relaxation_times(record(ELECTROLYTE), capacitance=True, part="real")
    assert np.isnan(times.blocking_capacitance.item())


def test_without_the_tail_the_doubt_names_the_remedy():
    with pytest.warns(DataQualityWarning, match="blocking=True"):
        relaxation_times(record(ELECTROLYTE + 1 / (2e-7 * OMEGA**0.88)), weights="unit")


def test_masked_spectra_have_no_tail():
    z = ELECTROLYTE + 1 / (2e-7 * OMEGA**0.88)
    both = record(z, z).assign(masked=("spectrum", np.array([False, True])))
    times = relaxation_times(both, blocking=True, capacitance=True)
    for name in ("resistance_before_tail", "tail_phase", "blocking_capacitance"):
        assert np.isnan(times[name][1])
    assert np.isnan(times.tail_magnitude[1]).all()


LOOP_FREQUENCY = np.geomspace(1e5, 1e-2, 70)
LOOP = resistor(LOOP_FREQUENCY, 5) + zarc(LOOP_FREQUENCY, 30, 1e-3, 0.9) - 8 / (1 + 2j * np.pi * LOOP_FREQUENCY * 2.0)


def test_an_inductive_loop_needs_a_free_sign():
    loop = record(LOOP, frequency=LOOP_FREQUENCY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        bound = relaxation_times(loop)
    free = relaxation_times(loop, free_sign=(0.3, 20.0))
    assert free.rms_residual.item() < 0.2 * bound.rms_residual.item()
    tau, gamma = free.relaxation_time.to_numpy(), free.distribution.to_numpy()[0]
    assert tau[np.argmin(gamma)] == pytest.approx(2.0, rel=0.2)
    loose = (tau >= 0.3) & (tau <= 20)
    assert (gamma[~loose] >= 0).all()
    step = np.log(tau[1] / tau[0])
    assert gamma[loose].sum() * step == pytest.approx(-8, rel=0.05)
    table = peaks(free)
    assert (table.resistance > 0).all()
    np.testing.assert_allclose(table.relaxation_time[table.resistance > 3], 1e-3, rtol=0.1)


def test_a_free_sign_changes_nothing_where_nothing_is_negative():
    z = record(resistor(LOOP_FREQUENCY, 5) + zarc(LOOP_FREQUENCY, 30, 1e-3, 0.8), frequency=LOOP_FREQUENCY, noise=0.0)
    free, bound = relaxation_times(z, free_sign=(2e-4, 5e-3)), relaxation_times(z)
    np.testing.assert_allclose(free.distribution, bound.distribution, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"blocking": [1.2]}, "exponents"),
        ({"blocking": []}, "exponents"),
        ({"blocking": [0.0, 0.5]}, "exponents"),
        ({"free_sign": (1.0, 0.1)}, "free_sign"),
        ({"free_sign": (0.0, 1.0)}, "free_sign"),
        ({"free_sign": (0.1, 1.0, 10.0)}, "free_sign"),
        ({"basis": "spline"}, "basis"),
        ({"basis_width": 3.0}, "basis_width"),
        ({"regularisation": "auto"}, "regularisation"),
        ({"regularisation": "re-im", "part": "imaginary"}, "both"),
        ({"preset": "wu2024"}, "preset"),
    ],
)
def test_broken_options_are_named(options: dict[str, object], words: str):
    with pytest.raises(SchemaError, match=words):
        relaxation_times(record(ELECTROLYTE), **options)


def test_the_published_recipe_is_a_preset():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        by_name = relaxation_times(record(LOOP + 20, frequency=LOOP_FREQUENCY), preset="wu2025")
        by_hand = relaxation_times(
            record(LOOP + 20, frequency=LOOP_FREQUENCY),
            regularisation=1e-3,
            penalty_order=1,
            weights="unit",
            part="both",
        )
    np.testing.assert_array_equal(by_name.distribution, by_hand.distribution)
    assert by_name.attrs["preset"] == "wu2025"
    assert "0.16 s" in by_name.attrs["preset_remark"]
    assert "RelaxIS" in by_name.attrs["preset_remark"]
    assert "Wu2025" in by_name.attrs["sources"]
    assert "preset_remark" in peaks(by_name).attrs
    assert RELAXATION_PRESETS["wu2025"].lowest_frequency == 1.0


@pytest.mark.parametrize("option", [{"regularisation": 1e-2}, {"part": "real"}, {"weights": "modulus"}])
def test_a_preset_is_not_changed_in_silence(option: dict[str, object]):
    with pytest.raises(SchemaError, match="fixes"):
        relaxation_times(record(ELECTROLYTE), preset="wu2025", **option)
