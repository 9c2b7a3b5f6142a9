"""Hard shorts and contact loss need two signs; clean records give none."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data import Cell, Electrolyte, label
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import DataQualityWarning

CELL = Cell(
    anode="Na",
    area="1 cm2",
    electrolyte=Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
)
"""R_el = 0.1 cm / (1e-3 S cm-1 * 1 cm2) = 100 ohm."""


def run(resistance: np.ndarray, *, current: float = 1e-3, noise: float = 0.0, seed: int = 0) -> xr.Dataset:
    random = np.random.default_rng(seed)
    voltage = current * resistance + noise * random.normal(size=resistance.size)
    rest = 5
    fields = {
        "time": np.arange(rest + resistance.size, dtype=float),
        "voltage": np.r_[np.zeros(rest), voltage],
        "current": np.r_[np.zeros(rest), np.full(resistance.size, 1.02 * current)],
        "current_setpoint": np.r_[np.full(rest, np.nan), np.full(resistance.size, current)],
    }
    return label(xr.Dataset({key: ("row", values) for key, values in fields.items()}), "cycling")


@pytest.mark.parametrize("current", [1e-3, -1e-3])
def test_a_hard_short_is_found_at_its_sample(current: float) -> None:
    found = find_failures(run(np.r_[np.full(100, 400.0), np.full(50, 2.0)], current=current, noise=1e-4), CELL)
    assert found["failure"].to_numpy().tolist() == ["hard_short"]
    assert found["confirmed"].item()
    assert found["time"].item() == 105.0
    assert "electronic path" in found["evidence"].item()


def test_one_sign_is_only_a_suspicion() -> None:
    found = find_failures(run(np.r_[np.full(100, 400.0), np.full(50, 20.0)]))
    assert found["failure"].to_numpy().tolist() == ["suspected_short"]
    assert not found["confirmed"].item()


def test_an_assumed_electrolyte_is_called_so_and_doubted() -> None:
    found = find_failures(run(np.r_[np.full(100, 400.0), np.full(50, 2.0)]))
    assert found["failure"].to_numpy().tolist() == ["hard_short"]
    assert "10 ohm (assumed)" in found["evidence"].item()
    assert "less than 4 ohm: state its resistance" in found["rivals"].item()
    assert "change of the leads or of the current range" in found["rivals"].item()
    stated = find_failures(run(np.r_[np.full(100, 400.0), np.full(50, 2.0)]), CELL)
    assert "assumed" not in stated["evidence"].item()
    assert stated["rivals"].item() == "a change of the leads or of the current range"


def test_a_collapse_of_the_arcs_is_the_second_sign() -> None:
    frequency = np.geomspace(1e6, 1, 20)
    arc = 100 + 300 / (1 + 2j * np.pi * frequency * 1e-3)
    spectra = xr.Dataset(
        {
            "impedance": (("spectrum", "point"), np.array([arc, np.full(20, 2.0 + 0.1j)])),
            "frequency": (("spectrum", "point"), np.array([frequency, frequency])),
            "time": ("spectrum", [50.0, 140.0]),
        }
    )
    record = run(np.r_[np.full(100, 400.0), np.full(50, 20.0)])
    found = find_failures(record, impedance=label(spectra, "impedance"))
    assert found["failure"].item() == "hard_short"
    assert "real span" in found["evidence"].item()


def test_an_ideal_flat_response_is_no_short() -> None:
    assert find_failures(run(np.full(200, 2.0), noise=1e-6), CELL).sizes["event"] == 0


def test_a_drop_that_recovers_is_no_hard_short() -> None:
    resistance = np.r_[np.full(100, 400.0), np.full(20, 2.0), np.full(100, 400.0)]
    found = find_failures(run(resistance), CELL)
    assert found["failure"].to_numpy().tolist() == ["soft_short_transient"]


def test_a_cable_fault_is_no_contact_loss() -> None:
    resistance = np.full(200, 400.0)
    resistance[100] = 1e5
    assert find_failures(run(resistance), CELL).sizes["event"] == 0


def test_contact_loss_names_its_rivals() -> None:
    resistance = 100 / (1 - np.linspace(0, 0.99, 300))
    frequency = np.geomspace(1e6, 1, 20)
    small, large = (50 + r / (1 + 2j * np.pi * frequency * 1e-3) for r in (50, 150))
    spectra = xr.Dataset(
        {
            "impedance": (("spectrum", "point"), np.array([small, large])),
            "frequency": (("spectrum", "point"), np.array([frequency, frequency])),
            "time": ("spectrum", [10.0, 200.0]),
        }
    )
    found = find_failures(run(resistance), impedance=label(spectra, "impedance"))
    assert found["failure"].to_numpy().tolist() == ["contact_loss"]
    assert "salt depletion" in found["rivals"].item()
    ceramic = find_failures(run(resistance), CELL)
    assert ceramic["failure"].to_numpy().tolist() == ["suspected_contact_loss"]
    assert "salt depletion" not in ceramic["rivals"].item()


@given(seed=st.integers(0, 10_000), level=st.floats(1.0, 1e4), growth=st.floats(0.5, 3.0))
def test_clean_records_give_nothing(seed: int, level: float, growth: float) -> None:
    """Noise of 1 % on a resistance that drifts by up to three times is neither."""
    random = np.random.default_rng(seed)
    resistance = level * np.linspace(1, growth, 300) * (1 + 0.01 * random.normal(size=300))
    assert find_failures(run(resistance), CELL).sizes["event"] == 0


@given(seed=st.integers(0, 10_000), at=st.integers(30, 250), left=st.floats(1e-4, 0.1))
def test_spliced_shorts_are_found_within_one_sample(seed: int, at: int, left: float) -> None:
    """A leak conductance beside a noisy, drifting cell (not the detector's own picture of a short)."""
    random = np.random.default_rng(seed)
    ionic = 1000 * np.linspace(1, 2, 300) * (1 + 0.005 * random.normal(size=300))
    leak = np.where(np.arange(300) < at, 0.0, 1 / (left * 500))
    found = find_failures(run(1 / (1 / ionic + leak)), electrolyte="500 ohm")
    assert found.sizes["event"] == 1
    assert abs(found["time"].item() - (at + 5)) <= 1


def test_a_current_apart_from_its_set_point_is_doubted() -> None:
    record = run(np.full(200, 400.0))
    off = label(record.assign(current=1.08 * record["current"]), "cycling")
    with pytest.warns(DataQualityWarning, match=r"\+10 % apart from its set-point"):
        assert find_failures(off, CELL).sizes["event"] == 0


def test_a_short_says_how_the_current_moved() -> None:
    record = run(np.r_[np.full(100, 400.0), np.full(50, 2.0)])
    current = record["current"].to_numpy().copy()
    current[105:] *= 1.03
    found = find_failures(label(record.assign(current=("row", current)), "cycling"), CELL)
    assert "while the current moved by +3 %" in found["evidence"].item()


def test_a_cell_with_a_voltage_of_its_own_is_not_judged_though_it_never_rests() -> None:
    time = np.arange(400.0)
    current = np.where(time // 100 % 2 == 0, 1e-3, -1e-3)
    fields = {"time": time, "voltage": 3.2 + 300 * current + 1e-3 * (time % 100), "current": current}
    record = label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")
    with pytest.warns(DataQualityWarning, match="no alkali metal"):
        found = find_failures(record)
    assert found.attrs["unjudged"] == 4
