"""Every public analysis takes a history, a node of it, or a record, and gives the same answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import xarray as xr

from alkanode import data, electrochem, impedance, plot
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat, Sweeps

CELL = data.Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2")


@pytest.fixture(scope="module")
def history() -> xr.DataTree:
    bench = Potentiostat(ContactLossCell(CELL, ContactLossLaw()), seed=1)
    bench.rest(60.0)
    bench.strip_until(2.83e-4, 2.2, Sweeps(increment=2.0, per_decade=5))
    return bench.history(started=datetime(2026, 1, 1), name="made")


@pytest.mark.parametrize(
    ("kind", "analysis"),
    [
        ("cycling", electrochem.critical_stripping),
        ("cycling", electrochem.find_failures),
        ("cycling", data.half_cycle_table),
        ("cycling", data.step_table),
        ("cycling", data.with_half_cycles),
        ("impedance", impedance.check_spectra),
        ("impedance", impedance.kramers_kronig),
        ("impedance", impedance.relaxation_times),
    ],
)
def test_the_same_answer_from_history_node_and_record(
    history: xr.DataTree, kind: str, analysis: Callable[[xr.Dataset | xr.DataTree], xr.Dataset]
) -> None:
    from_record = analysis(history[kind].to_dataset())
    for given in (history, history[kind]):
        xr.testing.assert_equal(analysis(given), from_record)


def test_figures_take_them_too(history: xr.DataTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    import matplotlib.pyplot as plt

    for draw in (plot.voltage_history, plot.stripping, plot.nyquist, plot.bode):
        assert draw(history)
        plt.close("all")
