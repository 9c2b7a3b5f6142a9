"""Far from the papers' cells too: metals, volume and charge balance, or a named event says what ended the run."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from alkanode.cell_models import AlloyAnodeOptions, load_parameters, simulate
from alkanode.data import Cell
from alkanode.foundation.errors import ExtrapolationWarning

WU = load_parameters("Wu2025")
EVENTS = {"voltage_limit", "capacity", "duration", "contact_loss", "short", "infeasible"}
RUNS = 40
LEAST = -1.0
"""mol m-3: what an integrator leaves below zero in one thin volume, a ten-thousandth of the scale of contents; it counts as no liquid."""


def random_steps(draw: np.random.Generator) -> list[str]:
    steps = []
    for _ in range(draw.integers(1, 5)):
        current, charge = 10 ** draw.uniform(-2, 0.5), 10 ** draw.uniform(-1, 1)
        up, down = draw.uniform(0.05, 1.0, 2)
        steps.append(
            str(
                draw.choice(
                    [
                        f"Strip at {current:.4f} mA cm-2 for {charge:.4f} mAh cm-2 or until 1 V",
                        f"Plate at {current:.4f} mA cm-2 for {charge:.4f} mAh cm-2 or until 1 V",
                        f"Rest for {60 * charge:.2f} min",
                        f"Sweep at {10 * charge:.3f} mV s-1 from 0 V to {up:.3f} V to {-down:.3f} V for 1 cycle",
                    ]
                )
            )
        )
    return steps


@pytest.mark.slow
def test_forty_random_cells_balance_or_say_why_not() -> None:
    draw = np.random.default_rng(0)
    for number in range(RUNS):
        options = AlloyAnodeOptions(
            transport=("effective diffusion", "film drainage")[number % 2],
            precipitation=("equilibrium", "nucleation")[number // 2 % 2],
            counter=("sodium metal", "alloy")[number // 4 % 2],
            dewetting="stripped liquid" if number % 3 == 0 else "none",
            cells=16,
        )
        parameters = WU.replace(
            {
                "Sodium transport coefficient [m2.s-1]": 10 ** draw.uniform(-14, -10),
                "Film drainage coefficient [m2.s-1]": 10 ** draw.uniform(-13, -11),
                "Relative permeability exponent": float(draw.choice([0.0, 1.0, 3.0])),
                "Contact exponent": float(draw.choice([0.5, 1.0, 2.0])),
            }
        )
        cell, steps = Cell(anode=str(draw.choice(["K", "NaK30", "NaK50", "NaK90"]))), random_steps(draw)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExtrapolationWarning)
            run = simulate("alloy-anode", cell, steps, parameters, options=options)
        told = (number, cell.anode.name, steps, options)
        assert set(run["events"]["name"].values.tolist()) <= EVENTS, told
        assert float(run["balances"]["largest_relative_error"].max()) < 1e-8, told
        assert float(run["states"]["void_volume_fraction"].min()) > 0, told
        assert float(run["states"]["potassium_content"].min()) > LEAST, told
        assert float(run["states"]["sodium_content"].min()) > LEAST, told


def test_a_slow_sweep_of_a_sodium_rich_symmetric_cell_ends_as_planned() -> None:
    """Solid sodium fills the pores of the counter electrode and its liquid runs out; the rest becomes a layer."""
    parameters = WU.replace({"Contact exponent": 2.0})
    options = AlloyAnodeOptions(transport="film drainage", counter="alloy", dewetting="stripped liquid", cells=24)
    steps = ["Sweep at 1.2 mV s-1 from 0 V to 0.816 V to -0.716 V for 2 cycles"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        run = simulate("alloy-anode", Cell(anode="NaK30"), steps, parameters, options=options)
    assert run["cycling"]["time"].values[-1] == pytest.approx(2 * 2 * (0.816 + 0.716) / 1.2e-3)
    assert "solver_failure" not in run["events"]["name"].values
    assert float(run["balances"]["largest_relative_error"].max()) < 1e-8
    assert float(run["states"]["void_volume_fraction"].min()) > 0
