from __future__ import annotations

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import ElectrodeSize, liquid_window, path_estimates, plating_path, stripping_path

MAH_G = 3600.0


def test_sodium_makes_potassium_metal_liquefy_itself() -> None:
    path = plating_path("K", "Na+")
    check(path, "plating_path")
    names = [
        [str(p) for p, f in zip(path.phase.values, row, strict=True) if f > 1e-9] for row in path.phase_fraction.values
    ]
    seen = [now for before, now in zip([[], *names], names, strict=False) if now != before]
    assert seen == [["bcc_K"], ["liquid", "bcc_K"], ["liquid"], ["liquid", "bcc_Na"]]
    assert path.electrode_potential.values[0] == np.inf
    assert (np.diff(path.electrode_potential.values[1:]) <= 1e-12).all()


def test_events_are_the_liquidus_and_solidus() -> None:
    path = plating_path("K", "Na+")
    sodium = 1 - liquid_window("Na-K", "25 degC").mole_fraction.values[0]
    mole = FARADAY_CONSTANT / element("K").molar_mass.value
    for name, x in (("capacity_into_liquid", sodium[1]), ("capacity_to_liquidus", sodium[0])):
        assert path[name].item() == pytest.approx(x / (1 - x) * mole, rel=1e-9)
    assert 0 < path.capacity_to_first_liquid < path.capacity_into_liquid < path.capacity_to_liquidus
    low, high = path.capacity_into_liquid_assessment_interval.values
    assert low < path.capacity_into_liquid.item() < high


def test_plating_undoes_stripping() -> None:
    start = Alloy.from_name("NaK65")
    stripped = stripping_path(start, points=11)
    half = int(np.searchsorted(stripped.specific_capacity, 0.5 * stripped.theoretical_capacity))
    x = float(stripped.element_mole_fraction.sel(element="Na")[half])
    rest = Alloy.from_mole_fractions(Na=x, K=1 - x)
    taken = float(stripped.specific_capacity[half])
    # the same charge over the smaller mass that is left
    left = 1 - taken / FARADAY_CONSTANT * element("Na").molar_mass.value
    back = plating_path(rest, capacity=taken / left, points=3)
    assert back.element_mole_fraction.sel(element="Na").values[-1] == pytest.approx(
        start.composition.mole_fraction("Na"), rel=1e-12
    )
    assert back.electrode_potential.values[-1] == pytest.approx(stripped.electrode_potential.values[0], rel=1e-9)


def test_thickness_and_areal_end() -> None:
    size = ElectrodeSize(thickness="150 um")
    path = plating_path("K0.95Na0.05", "K+", areal_capacity="3 mAh cm-2", size=size, points=5)
    assert path.areal_capacity.values[-1] == pytest.approx(3 * 3.6e4)
    assert path.thickness.values[0] == pytest.approx(150e-6)
    volume = 3 * 3.6e4 / FARADAY_CONSTANT * element("K").molar_mass.value / 862
    assert path.thickness_change.values[-1] == pytest.approx(volume, rel=1e-9)
    assert path.specific_volume.sum("phase").values[0] == pytest.approx(1 / Alloy.from_name("K0.95Na0.05").density())


def test_a_liquid_takes_more_room() -> None:
    size = ElectrodeSize(thickness="150 um")
    solid_rule, phase_rule = (
        plating_path("K", size=size, volume_rule=rule, draws=0) for rule in ("solid metals", "phases")
    )
    liquid = int(np.argmax(solid_rule.phase_fraction.sel(phase="liquid").values))
    assert phase_rule.thickness[liquid] > 1.005 * solid_rule.thickness[liquid]
    assert phase_rule.thickness[0] == pytest.approx(150e-6)


def test_a_pure_metal_takes_itself() -> None:
    path = plating_path("Na", "Na+", points=5, size=ElectrodeSize(thickness="100 um"))
    assert (path.electrode_potential == 0).all()
    assert path.thickness.values[-1] == pytest.approx(200e-6)  # the default end doubles the atoms
    assert (path.phase_fraction.sel(phase="bcc_Na") == 1).all()


def test_what_is_liquid_already_and_what_never_freezes() -> None:
    path = plating_path("NaK50", "K+")
    assert path.capacity_to_first_liquid == path.capacity_into_liquid == 0
    assert path.capacity_to_liquidus > 0
    hot = plating_path("NaK50", "K+", temperature="70 degC")
    assert hot.capacity_to_liquidus == np.inf
    assert path_estimates(hot)["capacity_to_liquidus"].value is None
    assert "theoretical_capacity" not in path_estimates(hot)


def test_two_liquids_are_liquid() -> None:
    path = plating_path("Na", "Li+", temperature=460.0, points=30)
    both = path.phase_fraction.sel(phase=["liquid_Na", "liquid_Li"])
    assert (both.values[-1] > 0.1).all()
    assert both.sum("phase").values == pytest.approx(1)
    assert path.capacity_into_liquid == 0
    assert path.capacity_to_liquidus == np.inf


def test_a_record_says_what_its_volumes_rest_on() -> None:
    plain, phases = (plating_path("K", volume_rule=rule, draws=0, points=3) for rule in ("solid metals", "phases"))
    assert plain.attrs["volume_rule"] == "solid metals"
    assert "densities of K, Na" in plain.attrs["volume_label"]
    assert set(plain.attrs["sources"].split()) < set(phases.attrs["sources"].split())


def test_solid_anodes_are_an_answer_only_on_demand() -> None:
    with pytest.raises(PhysicsError, match="allow_solid"):
        plating_path("Li", "Na+", temperature=350.0)
    path = plating_path("Li", "Na+", temperature=350.0, allow_solid=True, points=5)
    assert np.isnan(path.capacity_into_liquid)
    assert path_estimates(path)["capacity_into_liquid"].value is None
    assert set(path.attrs["system"].split("-")) == {"Li", "Na"}
    assert 0 <= path.electrode_potential.values[-1] < 1e-3  # solid Na with a little Li


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"capacity": 0.0}, "above 0"),
        ({"capacity": -1.0}, "above 0"),
        ({"capacity": 1.0, "areal_capacity": 1.0}, "one end"),
        ({"areal_capacity": "3 mAh cm-2"}, "size of the electrode"),
        ({"points": 1}, "2 points"),
        ({"volume_rule": "ideal"}, "rule for volumes"),
        ({"draws": -1}, "0 draws"),
        ({"system": "Li-Na"}, "with K"),
        ({"potassium_in_carbon": 2.0}, "carbon can bind"),
    ],
)
def test_broken_input(options: dict[str, object], says: str) -> None:
    with pytest.raises(PhysicsError, match=says):
        plating_path("K", "Na+", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "says"),
    [
        ({}, "one of mass, volume and thickness"),
        ({"volume": "10 uL", "mass": "9 mg", "area": "1 cm2"}, "one of mass, volume and thickness"),
        ({"volume": "10 uL"}, "area or the diameter"),
        ({"volume": "10 uL", "area": "1 cm2", "diameter": "1 mm"}, "area or the diameter"),
    ],
)
def test_sizes_that_say_too_little_or_too_much(size: dict[str, str], says: str) -> None:
    with pytest.raises(PhysicsError, match=says):
        ElectrodeSize(**size)


def test_sizes_agree() -> None:
    rho = Alloy.from_name("NaK50").density()
    sizes = (
        ElectrodeSize(volume="10 uL", area="0.4 cm2"),
        ElectrodeSize(mass=10e-9 * rho, area="0.4 cm2"),
        ElectrodeSize(thickness="250 um"),
    )
    ends = [plating_path("NaK50", size=size, draws=0, points=3).thickness.values[-1] for size in sizes]
    assert ends == pytest.approx([ends[0]] * 3)
    with pytest.raises(PhysicsError, match="thickness above 0"):
        plating_path("NaK50", size=ElectrodeSize(thickness=0.0), draws=0)
