"""The phase diagram behind a cell: KC8 takes K from the liquid, temperature and its doubt reach every number."""

from __future__ import annotations

import pytest

from alkanode.data import Cell, Electrode
from alkanode.electrochem import potassium_in_carbon
from alkanode.foundation.errors import StudyError
from alkanode.materials import element
from alkanode.studies.blocks import Phases
from alkanode.studies.phases import path_of, phases_part

MASS = 4.0e-6


def cell(name: str, *, extent: float = 0.0, share: float = 0.3, **more: object) -> Cell:
    """A cell whose carbon, fully turned into KC8, would bind a share of the alloy's K."""
    composition = Electrode(name).material.composition  # type: ignore[union-attr]
    potassium = MASS / composition.molar_mass * composition.mole_fraction("K")
    carbon = 8 * share * potassium * element("C").molar_mass.value
    return Cell(anode=Electrode(name, mass=MASS, carbon_mass=carbon, kc8_extent=extent), **more)


@pytest.mark.parametrize("extent", [0.0, 0.5, 1.0])
def test_kc8_is_a_mass_balance(extent: float) -> None:
    alloy = cell("NaK80").alloy
    assert alloy is not None
    bound = potassium_in_carbon(cell("NaK80", extent=extent))
    assert bound == pytest.approx(0.3 * extent * alloy.composition.mole_fraction("K"))


def test_kc8_delays_the_first_solid() -> None:
    """NaK80 with 30 % of its K in KC8 stays liquid to 170 instead of 143 mAh per gram."""
    without, whole = (float(path_of(cell("NaK80", extent=x))["capacity_to_liquidus"]) / 3600 for x in (0.0, 1.0))
    assert without == pytest.approx(143.1, abs=0.2)
    assert whole == pytest.approx(170.1, abs=0.5)


def test_the_temperature_and_its_doubt_reach_the_numbers() -> None:
    warm = phases_part(cell("NaK80", temperature="25 degC", temperature_uncertainty="2 K"), Phases())
    cold = phases_part(cell("NaK80", temperature="22 degC", temperature_uncertainty="1 K"), Phases())
    name = "capacity_to_liquidus"
    assert warm.estimates[name].value > cold.estimates[name].value  # type: ignore[operator]
    widths = [part.estimates[name].interval[1] - part.estimates[name].interval[0] for part in (warm, cold)]  # type: ignore[index]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.1)
    assert "recalled, unverified" in warm.estimates[name].label
    assert "assumed" in phases_part(cell("NaK80"), Phases()).findings[0]


def test_other_anodes_have_no_path() -> None:
    for anode in ("Na", "steel"):
        with pytest.raises(StudyError, match="Na and K"):
            path_of(Cell(anode=anode))


def test_further_alloys_are_drawn_beside_the_anode() -> None:
    part = phases_part(cell("NaK50"), Phases(alloys=["NaK65", "NaK80"]))
    panel = part.figures["phase_diagram"].panels[0]
    assert {"NaK50", "NaK65", "NaK80"} <= {note.text for note in panel.notes}
    assert [one.name for one in part.figures["anode_paths"].panels[0].series if one.in_legend] == [
        "NaK50",
        "NaK65",
        "NaK80",
    ]
    assert "anode_paths" not in phases_part(cell("NaK50"), Phases()).figures
