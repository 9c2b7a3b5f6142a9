from __future__ import annotations

import json

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError, UnitsError
from alkanode.thermo import liquid_window, window_estimates


def test_record_states_element_basis_units_and_trust() -> None:
    window = liquid_window()
    check(window, "liquid_window")
    assert window.attrs["kind"] == "liquid_window"
    assert window.mole_fraction.attrs["element"] == window.mass_fraction.attrs["element"] == "K"
    assert window.mass_fraction_interval.attrs["display_unit"] == "wt%"
    assert window.temperature.attrs["units"] == "K"
    assert "recalled, unverified" in window.attrs["label"]
    assert window.attrs["temperature_uncertainty"] == 2


def test_sides_are_ordered_and_inside_their_interval() -> None:
    window = liquid_window("Na-K", [270.0, 298.15, 330.0])
    for name in ("mole_fraction", "mass_fraction"):
        assert (window[name].sel(side="lower") < window[name].sel(side="upper")).all()
        assert (window[f"{name}_interval"].sel(bound="lower") <= window[name]).all()
        assert (window[f"{name}_interval"].sel(bound="upper") >= window[name]).all()


def test_interval_is_the_window_of_the_neighbouring_temperatures() -> None:
    window = liquid_window("Na-K", "25 degC", temperature_uncertainty="3 K")
    colder, warmer = (liquid_window("Na-K", 298.15 + shift).mole_fraction.values[0] for shift in (-3, 3))
    assert window.mole_fraction_interval.values[0] == pytest.approx(
        np.array([[warmer[0], colder[0]], [colder[1], warmer[1]]])
    )


def test_no_uncertainty_gives_an_empty_interval() -> None:
    window = liquid_window(temperature_uncertainty=0.0)
    assert (window.mass_fraction_interval.sel(bound="lower") == window.mass_fraction_interval.sel(bound="upper")).all()


def test_a_liquid_pure_metal_ends_the_window() -> None:
    assert liquid_window(temperature=350.0).mole_fraction.sel(side="upper") == 1
    assert liquid_window(temperature=400.0).mole_fraction.values.tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("temperature", [250.0, 260.4, 262.0, [298.0, 250.0]])
def test_below_the_eutectic_there_is_no_window(temperature: float | list[float]) -> None:
    with pytest.raises(PhysicsError, match=r"260\.53 K"):
        liquid_window("Na-K", temperature)


def test_a_window_near_the_eutectic_without_uncertainty() -> None:
    window = liquid_window("Na-K", 260.6, temperature_uncertainty=0.0)
    assert window.mole_fraction.values[0] == pytest.approx([0.6797, 0.6797], abs=1e-3)


def test_broken_input() -> None:
    with pytest.raises(PhysicsError, match="0 K or more"):
        liquid_window(temperature_uncertainty=-1.0)
    with pytest.raises(UnitsError, match="temperature"):
        liquid_window(temperature="25 mV")
    with pytest.raises(UnitsError, match="unit"):
        liquid_window(temperature="25")
    with pytest.warns(ExtrapolationWarning, match="650 K") as caught:
        liquid_window(temperature=650.0)
    assert caught[0].filename == __file__


def test_estimates() -> None:
    estimates = window_estimates(liquid_window())
    assert set(estimates) == {f"{n}_{s}" for n in ("mass_fraction", "mole_fraction") for s in ("lower", "upper")}
    upper = estimates["mass_fraction_upper"]
    assert upper.interval is not None
    assert upper.value is not None
    assert upper.interval[0] < upper.value < upper.interval[1]
    assert "temperature uncertainty of 2 K only" in upper.label
    assert upper.quantity == "mass_fraction"
    json.dumps(upper.to_json(), allow_nan=False)
    with pytest.raises(PhysicsError, match="2 temperatures"):
        window_estimates(liquid_window(temperature=[290.0, 300.0]))
