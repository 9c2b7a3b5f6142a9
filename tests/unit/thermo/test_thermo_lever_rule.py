from __future__ import annotations

import math

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import (
    invert_lever_rule,
    lever_rule,
    lever_rule_estimates,
    liquid_fraction,
    plating_path,
    tie_line_table,
)
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize

DISC = {"areal_capacity": "3 mAh cm-2", "volume": "10 uL", "diameter": "7.14 mm", "temperature": "21 degC"}


def test_record() -> None:
    cell = lever_rule("K0.95Na0.05", **DISC)
    check(cell, "electrode_inventory")
    assert cell.electrode.values.tolist() == ["initial", "enriched", "depleted"]
    assert np.allclose(cell.phase_fraction.sum("phase"), 1, atol=1e-12)
    assert np.allclose(cell.mole_fraction.sum("element"), 1)
    assert cell.volume.values[0] == pytest.approx(10e-9)
    assert cell.volume.attrs["display_unit"] == "uL"
    for name in ("liquid_fraction_interval", "liquid_fraction_assessment_interval"):
        low, high = cell[name].values.T
        assert ((low < cell.liquid_fraction) & (cell.liquid_fraction < high)).all()


def test_matter_is_conserved_between_the_electrodes() -> None:
    cell = lever_rule("K0.9Na0.1", **DISC)
    moles = (cell.amount * cell.mole_fraction).sel(element="K")
    area = math.pi * 3.57e-3**2
    moved = 3 * 3.6e4 / FARADAY_CONSTANT * area
    assert float(moles.sel(electrode="enriched") - moles.sel(electrode="initial")) == pytest.approx(moved)
    assert float(moles.sel(electrode="initial") - moles.sel(electrode="depleted")) == pytest.approx(moved)
    sodium = (cell.amount * cell.mole_fraction).sel(element="Na").values
    assert sodium == pytest.approx([sodium[0]] * 3)
    gained = cell.mass.values[1] - cell.mass.values[0]
    assert gained == pytest.approx(moved * element("K").molar_mass.value)
    assert cell.attrs["moved_share"] == pytest.approx(moved / cell.amount.values[0])


def test_amounts_and_compositions_are_those_of_the_tie_line() -> None:
    cell = lever_rule("K0.9Na0.1", **DISC)
    ours = cell.liquid_fraction.values
    expected = liquid_fraction("21 degC", cell.mole_fraction.sel(element="Na").values)
    assert ours == pytest.approx(expected, abs=1e-12)
    tie = tie_line_table("21 degC").mole_fraction.values[0, 0]
    ends = cell.phase_mole_fraction.sel(element="K")
    assert ends.sel(phase="bcc_K").values == pytest.approx([tie[0]] * 3)
    assert ends.sel(phase="liquid").values == pytest.approx([tie[1]] * 3)
    assert np.isnan(ends.sel(phase="Na2K")).all()
    whole = (cell.phase_fraction * cell.phase_mole_fraction.fillna(0)).sum("phase")
    assert np.allclose(whole, cell.mole_fraction)


def test_the_enriched_electrode_is_the_plating_path() -> None:
    cell = lever_rule("K0.95Na0.05", **DISC)
    path = plating_path(
        "K0.95Na0.05",
        "K+",
        areal_capacity="3 mAh cm-2",
        size=ElectrodeSize(volume="10 uL", diameter="7.14 mm"),
        temperature="21 degC",
        draws=0,
        points=3,
    )
    assert path.phase_fraction.sel(phase="liquid").values[-1] == pytest.approx(cell.liquid_fraction.values[1])
    assert path.thickness.values[-1] == pytest.approx(cell.thickness.values[1])
    assert path.electrode_potential.values[-1] == pytest.approx(cell.electrode_potential.values[1])


def test_thickness_needs_no_area() -> None:
    cell = lever_rule("K0.9Na0.1", areal_capacity="3 mAh cm-2", thickness="250 um")
    assert np.isnan(cell.mass).all()
    assert cell.thickness.values[0] == pytest.approx(250e-6)
    assert np.isfinite(cell.liquid_fraction).all()


def test_no_charge_changes_nothing() -> None:
    cell = lever_rule("K0.9Na0.1", areal_capacity=0.0, thickness="250 um")
    assert np.ptp(cell.liquid_fraction.values) == 0


def test_estimates() -> None:
    found = lever_rule_estimates(lever_rule("K0.95Na0.05", **DISC))
    assert list(found) == [f"liquid_fraction_{name}" for name in ("initial", "enriched", "depleted")]
    depleted = found["liquid_fraction_depleted"]
    assert depleted.interval is not None
    assert depleted.interval[0] < 0.198 < depleted.interval[1]
    assert "parameters of the assessment" in depleted.label
    assert "recalled" in depleted.basis


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"areal_capacity": -1.0}, "0 or more"),
        ({"areal_capacity": "100 mAh cm-2"}, "would leave"),
        ({"diameter": None}, "area or the diameter"),
        ({"volume": None}, "one of mass"),
        ({"volume_rule": "guess"}, "rule for volumes"),
        ({"ion": "Li+", "system": "Na-K"}, "with Li"),
        ({"temperature": [294.0, 295.0]}, "one temperature"),
        ({"temperature_uncertainty": "-1 K"}, "0 K or more"),
    ],
)
def test_broken_input(options: dict[str, object], says: str) -> None:
    with pytest.raises(PhysicsError, match=says):
        lever_rule("K0.95Na0.05", **{**DISC, **options})  # type: ignore[arg-type]


def test_inversion_finds_the_tie_line_that_made_the_numbers() -> None:
    alloys = ["K0.95Na0.05", "K0.92Na0.08", "K0.9Na0.1"]
    share, liquid, solid = 0.17, 0.158, 0.036
    start = np.array([0.05, 0.08, 0.1])
    enriched, depleted = ((start / (1 + sign * share) - solid) / (liquid - solid) for sign in (1, -1))
    found = invert_lever_rule(alloys, enriched=enriched.tolist(), depleted=depleted.tolist())
    check(found, "lever_rule_inversion")
    assert found.moved_share.item() == pytest.approx(share, abs=1e-7)
    assert found.liquid_mole_fraction.sel(element="Na").item() == pytest.approx(liquid, abs=1e-7)
    assert found.solid_mole_fraction.sel(element="K").item() == pytest.approx(1 - solid, abs=1e-7)
    assert float(abs(found.residual.isel(electrode=slice(1, None))).max()) < 1e-6
    assert found.attrs["degrees_of_freedom"] == 3


def test_inversion_of_a_lever_rule_is_the_lever_rule() -> None:
    cells = {
        name: lever_rule(name, areal_capacity="3 mAh cm-2", thickness="250 um") for name in ("K0.95Na0.05", "K0.9Na0.1")
    }
    values = {name: cell.liquid_fraction.values for name, cell in cells.items()}
    found = invert_lever_rule(
        list(cells), enriched=[v[1] for v in values.values()], depleted=[v[2] for v in values.values()]
    )
    tie = 1 - tie_line_table("25 degC").mole_fraction.values[0, 0]
    assert found.solid_mole_fraction.sel(element="Na").item() == pytest.approx(tie[0], rel=0.02)
    assert found.liquid_mole_fraction.sel(element="Na").item() == pytest.approx(tie[1], rel=0.02)
    shares = [
        cell.attrs["moved_share"] for cell in cells.values()
    ]  # not quite one number: the alloys' densities differ
    assert min(shares) - 0.01 < found.moved_share.item() < max(shares) + 0.01


@pytest.mark.parametrize(
    ("enriched", "depleted", "says"),
    [
        ([0.038], [0.2, 0.7], "for each alloy"),
        ([0.038, 38.0], [0.2, 0.7], "from 0 to 1"),
        ([0.038, math.nan], [0.2, math.nan], "at least 3"),
    ],
)
def test_inversion_refuses(enriched: list[float], depleted: list[float], says: str) -> None:
    with pytest.raises(PhysicsError, match=says):
        invert_lever_rule(["K0.95Na0.05", "K0.9Na0.1"], enriched=enriched, depleted=depleted)


def test_inversion_of_other_metals_and_of_nothing_new() -> None:
    with pytest.raises(PhysicsError, match="same two metals"):
        invert_lever_rule(["K", "K0.9Na0.1"], enriched=[0.1, 0.2], depleted=[0.3, 0.4])
    with pytest.raises(PhysicsError, match="uncertainty"):
        invert_lever_rule(["K0.95Na0.05", "K0.9Na0.1"], enriched=[0.1, 0.2], depleted=[0.3, 0.4], uncertainty=0.0)
    same = Alloy.from_name("K0.9Na0.1")
    with pytest.raises(ConvergenceError, match="one tie line"):
        invert_lever_rule([same, same], enriched=[0.38, 0.38], depleted=[0.7, 0.7])
