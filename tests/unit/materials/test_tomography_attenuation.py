"""Attenuation of materials: known values, two tables, the printed set and what contradicts it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import PhysicsError, UnitsError
from alkanode.foundation.sources import bibliography
from alkanode.materials import Alloy
from alkanode.materials.attenuation import (
    NIST_PRINTED,
    attenuation_table,
    compound,
    known_materials,
    linear_attenuation,
    mass_attenuation,
    printed_contradictions,
    substance,
)


@pytest.mark.parametrize(
    ("material", "elam", "chantler"),
    [
        ("Na", 0.3262, 0.3271),
        ("K", 1.1309, 1.1038),
        ("NaK65", 0.8493, 0.832),
        ("NaK50", 0.7285, 0.715),
        ("C", 0.1957, 0.1987),
    ],
)
def test_mass_attenuation_at_45_kev(material: str, elam: float, chantler: float) -> None:
    assert mass_attenuation(material, "45 keV", table="elam").value == pytest.approx(0.1 * elam, rel=1e-3)
    assert mass_attenuation(material, "45 keV", table="chantler").value == pytest.approx(0.1 * chantler, rel=1e-3)


@pytest.mark.parametrize(
    ("material", "expected", "share"),
    [
        ("Na", 0.316, 0.01),
        ("K", 0.975, 0.01),
        ("NaK50", 0.646, 0.02),
        ("NaK65", 0.740, 0.02),
        ("NaK80", 0.830, 0.02),
        ("NaK89", 0.883, 0.02),
        ("C", 0.352, 0.01),
        ("KC8", 0.93, 0.01),
        ("NASICON", 10.0, 0.01),
        ("SnO2", 78.0, 0.01),
        ("PEEK", 0.27, 0.03),
    ],
)
def test_linear_attenuation_at_45_kev(material: str, expected: float, share: float) -> None:
    found = linear_attenuation(material, "45 keV", table="elam")
    assert found.value is not None
    assert found.value / 100 == pytest.approx(expected, rel=share)


def test_the_interval_spans_both_tables_and_the_mean_lies_between_them() -> None:
    each = [mass_attenuation("K", "45 keV", table=table).value for table in ("elam", "chantler")]
    mean = mass_attenuation("K", "45 keV")
    assert mean.interval == pytest.approx((min(each), max(each)))
    assert mean.value == pytest.approx(np.mean(each))
    assert (mean.interval[1] - mean.interval[0]) / mean.value == pytest.approx(0.024, abs=0.001)
    assert "systematic" in mean.label


def test_a_void_attenuates_nothing_and_has_no_error() -> None:
    void = linear_attenuation("void", "45 keV")
    assert (void.value, void.interval) == (0.0, (0.0, 0.0))


@given(w=st.floats(0.01, 0.99), energy=st.floats(20, 100))
def test_a_mixture_lies_between_its_metals_and_is_linear_in_mass(w: float, energy: float) -> None:
    alloy = Alloy.from_mass_fractions(Na=1 - w, K=w)
    parts = [mass_attenuation(one, f"{energy} keV", table="elam").value for one in (alloy, "Na", "K")]
    assert parts[0] == pytest.approx((1 - w) * parts[1] + w * parts[2], rel=1e-4)


def test_the_unit_of_the_energy_does_not_matter() -> None:
    joule = 45e3 * 1.602176634e-19
    assert linear_attenuation("Na", joule).value == pytest.approx(linear_attenuation("Na", "45 keV").value)


@pytest.mark.parametrize("energy", ["45", "0.5 keV", "1 MeV", 45.0, "45 m"])
def test_an_energy_that_is_none_is_refused(energy: object) -> None:
    with pytest.raises((PhysicsError, UnitsError)):
        linear_attenuation("Na", energy)


@pytest.mark.parametrize("material", ["NaK", "unobtainium", "Sn", ""])
def test_an_unknown_material_is_refused_with_the_list(material: str) -> None:
    with pytest.raises(PhysicsError, match="NaK50"):
        linear_attenuation(material, "45 keV")


def test_a_density_of_the_user_replaces_the_listed_one() -> None:
    light = linear_attenuation("C", "45 keV", density="1.5 g cm-3")
    assert light.value == pytest.approx(1500 * mass_attenuation("C", "45 keV").value)
    with pytest.raises(PhysicsError, match="negative"):
        linear_attenuation("C", "45 keV", density=-1.0)


def test_a_compound_from_its_formula_equals_the_listed_one() -> None:
    own = compound("my electrolyte", "Na3Zr2Si2PO12", 3270.0)
    assert linear_attenuation(own, "45 keV").value == pytest.approx(linear_attenuation("NASICON", "45 keV").value)
    with pytest.raises(PhysicsError, match="formula"):
        compound("x", "Na(3", 1000.0)


def test_every_listed_material_has_a_density_whose_source_exists() -> None:
    for name in known_materials():
        found = substance(name)
        assert not found.density.source or found.density.source in bibliography()
        assert found.density.source or found.density.trust.weak or name == "void"


def test_the_table_agrees_with_the_single_numbers() -> None:
    table = attenuation_table(["void", "Na", "NaK50", "K"], "45 keV")
    assert table["attenuation"].attrs["units"] == "m-1"
    for name in table["material"].to_numpy():
        one = linear_attenuation(str(name), "45 keV")
        assert float(table["attenuation"].sel(material=name)) == pytest.approx(one.value)
        assert table["attenuation_interval"].sel(material=name).to_numpy() == pytest.approx(one.interval)
    with pytest.raises(PhysicsError, match="once"):
        attenuation_table(["Na", "Na"], "45 keV")


def test_the_printed_set_is_what_the_paper_prints(printed: object) -> None:
    for row, name in (("S000-039", "Na"), ("S000-040", "K"), ("S000-041", "NaK65")):
        assert 10 * NIST_PRINTED[name].value == pytest.approx(printed(row))  # type: ignore[operator]
        assert mass_attenuation(name, "45 keV", table="nist-printed").interval is None


def test_the_printed_set_contradicts_the_tables_and_itself() -> None:
    found = printed_contradictions()
    ratio = found["ratio"].sel(table="elam")
    assert float(ratio.sel(material="Na")) == pytest.approx(0.971, abs=0.002)
    assert float(ratio.sel(material="K")) == pytest.approx(0.839, abs=0.002)
    kev = found["matching_energy"].sel(table="elam") / 1.602176634e-16
    assert kev.to_numpy() == pytest.approx([45.7, 48.0], abs=0.05)
    assert found["matching_mass_fraction"].to_numpy()[:2] == pytest.approx([0.616, 0.472], abs=0.001)
    assert float(found["mixture_mass_attenuation"]) == pytest.approx(0.0736, abs=1e-4)


@pytest.mark.parametrize(("material", "energy"), [("NaK50", "45 keV"), ("Na", "60 keV")])
def test_the_printed_set_is_not_stretched(material: str, energy: str) -> None:
    with pytest.raises(PhysicsError, match="printed set holds"):
        mass_attenuation(material, energy, table="nist-printed")
