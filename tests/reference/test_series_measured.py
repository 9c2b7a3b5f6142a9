"""A measured lithium cell and printed sodium-potassium numbers in one series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alkanode.data import Cell, Electrolyte
from alkanode.electrochem import at_cutoff, critical_stripping, stripping_series, with_stripping_current
from alkanode.io import open_history
from alkanode.materials import Alloy
from alkanode.studies import Series, run_series

SERIES = Path(__file__).resolve().parents[2] / "examples" / "studies" / "series" / "two_measured_cells.yaml"


def test_the_lithium_cell_beside_printed_numbers(measured: Callable[[str], Path]) -> None:
    record = open_history([measured("cycling/li_peo_geis_strip.mpr")])["cycling"].to_dataset()
    cell = Cell(anode="Li", electrolyte=Electrolyte("PEO", ion="Li+", single_ion=False), area="1.13 cm2")
    limit = with_stripping_current(critical_stripping(record, cell), record)
    series = stripping_series([limit], cell, overlay=[{"alloy": "NaK50", "specific_capacity": "400 mAh g-1"}])
    assert limit.attrs["current"] == pytest.approx(0.380e-3, rel=2e-3)
    assert series.current_density.to_numpy()[0] == pytest.approx(3.37, rel=5e-3)  # the header's area: 0.337 mA cm-2
    assert series.origin.to_numpy().tolist() == ["measured", "digitised"]
    found = series.areal_capacity.to_numpy()[0] * 1.13e-4 / 3.6
    assert found == pytest.approx([0.3179, 0.3202, 0.3225], rel=5e-4)
    assert at_cutoff(series, "2 V").share_of_theory.to_numpy()[1] == pytest.approx(0.686, abs=1e-3)


def test_printed_limits_by_arithmetic() -> None:
    """Theory, and the charge until the rest is 89 wt% K, as worked out beside the printed capacities."""
    for name, theory, to_89 in (("NaK50", 582.9, 510.9), ("NaK65", 408.0, 314.4), ("NaK80", 233.2, 117.9)):
        alloy = Alloy.from_name(name)
        potassium = alloy.composition.mass_fraction("K")
        sodium_left = potassium * 0.11 / 0.89
        per_sodium = alloy.theoretical_capacity() / alloy.composition.mass_fraction("Na")
        assert alloy.theoretical_capacity() / 3600 == pytest.approx(theory, abs=0.1)
        assert (1 - potassium - sodium_left) * per_sodium / 3600 == pytest.approx(to_89, abs=0.1)


def test_the_example_of_two_cells_says_that_nothing_can_be_fitted(measured_folder: Path) -> None:
    outcome = run_series(Series.from_yaml(SERIES, data=measured_folder))
    assert outcome.failed == {}
    part = outcome.part("stripping_series")
    assert part is not None
    assert part.details["laws"] == {}
    assert part.details["null_laws"]["null laws (0.25 mA cm-2, 10 MPa, digitised)"]["verdict"].startswith("cannot be")
    first = part.records["stripping_series"].isel(test=0)
    assert first.alloy.item() == "Li"
    assert first.censoring.to_numpy().tolist() == ["interval"] * 3
