"""Figures of simulated cells as plain data, and drawn."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from simulated_histories import AREA, stripped_history

from alkanode import plot
from alkanode.foundation.errors import SchemaError
from alkanode.plot.cell_model import anode_depths, contact_share, simulated_voltage


def test_voltage_over_capacity_marks_what_ended_it() -> None:
    history = stripped_history(spectra=0)
    figure = simulated_voltage(history, area=AREA)
    (panel,) = figure.panels
    assert panel.x.unit == "mAh cm-2"
    assert np.nanmax(panel.series[0].x) == pytest.approx(2.5)  # 10 h at 0.25 mA cm-2
    assert [(line.label, line.role) for line in panel.lines] == [("voltage limit", "muted")]
    assert panel.lines[0].value == pytest.approx(2.5, rel=1e-3)
    assert simulated_voltage(history, mass="4.5 mg").panels[0].x.unit == "mAh g-1"
    assert simulated_voltage(history).panels[0].x.unit == "mAh"


def test_failures_are_drawn_as_warnings_and_cycles_apart() -> None:
    history = stripped_history(spectra=0)
    record, events = history["cycling"].to_dataset(), history["events"].to_dataset()
    cycle = np.where(np.arange(record.sizes["row"]) < 100, 1, 2)
    lost = events.assign(name=("event", np.array(["contact_loss"])))
    tree = xr.DataTree.from_dict({"cycling": record.assign(cycle=("row", cycle)), "events": lost})
    (panel,) = simulated_voltage(tree).panels
    assert [line.role for line in panel.lines] == ["warning"]
    assert [one.name for one in panel.series] == ["cycle 1", "cycle 2"]


def test_depths_show_only_phases_that_are_there() -> None:
    short, long = (stripped_history(hours=hours, spectra=0)["states"].to_dataset() for hours in (2.0, 36.0))
    assert [panel.y.label for panel in anode_depths(short).panels] == ["liquid", "void", "sodium in the liquid"]
    figure = anode_depths(long, most=4)
    assert [panel.y.label for panel in figure.panels] == ["liquid", "void", "solid potassium", "sodium in the liquid"]
    assert {len(panel.series) for panel in figure.panels} == {4}
    assert [series.shade for series in figure.panels[0].series] == pytest.approx([0.0, 1 / 3, 2 / 3, 1.0], abs=0.01)
    assert figure.panels[0].series[0].x.max() < 250
    assert len(anode_depths(long, times=["1 h", "1.001 h", "20 h"]).panels[0].series) == 2


def test_contact_over_time() -> None:
    record = stripped_history(spectra=0)["interface"].to_dataset()
    (panel,) = contact_share(record).panels
    assert [one.name for one in panel.series] == ["liquid", "counter electrode"]
    resistance = record.assign(
        constriction_resistance=("row", np.full(record.sizes["row"], 1e-4)),
        areal_capacity=("row", np.linspace(0, 1e4, record.sizes["row"])),
    )
    shares, costs = contact_share(resistance).panels
    assert shares.x.quantity == "areal_capacity"
    assert costs.series[0].y[0] == pytest.approx(1.0)  # ohm cm2


def test_all_are_drawn() -> None:
    history = stripped_history(hours=36.0, spectra=0)
    assert plot.simulated_voltage(history).get_ylabel().startswith("voltage")
    assert len(plot.anode_depths(history["states"])) == 4
    assert len(plot.contact_share(history["interface"])) == 1
    with pytest.raises(SchemaError):
        plot.anode_depths(history["interface"].to_dataset())
