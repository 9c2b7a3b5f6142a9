"""Statements about potentials at random temperatures, compositions and electrolytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.thermo import Electrolyte, alloy_potentials, ion_exchange

systems = st.one_of(
    st.tuples(st.just("Na-K"), st.floats(240, 600)),
    st.tuples(st.just("Li-Na"), st.floats(345, 650)),
    st.tuples(st.just("Li-K"), st.floats(290, 310)),
)
inner = st.floats(1e-6, 1 - 1e-6)
volt = st.floats(-3.2, -2.2)
activity = st.floats(1e-6, 10)


@given(systems, st.lists(inner, min_size=2, max_size=6, unique=True))
def test_a_metal_is_nobler_the_less_of_it_there_is(where: tuple[str, float], x: list[float]) -> None:
    system, temperature = where
    record = alloy_potentials(sorted(x), temperature=temperature, system=system, draws=0)
    first, second = (record.electrode_potential.sel(element=e).to_numpy() for e in record.element.values)
    assert (np.diff(first) >= -1e-9).all()
    assert (np.diff(second) <= 1e-9).all()
    assert (record.electrode_potential >= -1e-12).all()


@given(systems, st.floats(0.01, 0.98))
def test_gibbs_duhem(where: tuple[str, float], x: float) -> None:
    """Within one phase the potentials of both metals move against each other, x1 dE1 + x2 dE2 = 0."""
    system, temperature = where
    step = 1e-5
    record = alloy_potentials([x - step, x, x + step], temperature=temperature, system=system, draws=0)
    e = record.electrode_potential.to_numpy()
    middle = record.mole_fraction.to_numpy()[1]
    if np.abs(e[1] - e[0] - (e[2] - e[1])).max() > 1e-6:
        return  # a phase boundary lies between the three points
    assert middle @ (e[2] - e[0]) == pytest.approx(0, abs=1e-9)


@given(inner, volt, volt, activity, activity, st.sampled_from(("Na", "K", "SHE")))
def test_the_order_of_metals_does_not_depend_on_the_reference(
    x: float, sodium: float, potassium: float, a: float, b: float, reference: str
) -> None:
    mine = Electrolyte.from_potentials("mine", Na=sodium, K=potassium)
    ions = {"Na+": a, "K+": b}
    one = alloy_potentials(x, mine, ion_activity=ions, reference=reference, draws=0)
    other = alloy_potentials(x, mine, ion_activity=ions, draws=0)
    assert one.oxidation_margin.item() == pytest.approx(other.oxidation_margin.item(), abs=1e-12)
    assert one.oxidation_margin.item() >= 0
    lowest = one.potential_in_electrolyte.isel(composition=0)
    assert one.oxidised_first.item() == str(lowest.element.values[lowest.argmin("element")])


@settings(max_examples=25)
@given(st.floats(0.02, 0.98), st.floats(-0.3, 0.3), st.floats(0.1, 3000), st.floats(0, 3000), st.floats(1e-9, 1e-6))
def test_an_exchange_keeps_to_its_bounds(x: float, gap: float, sodium: float, potassium: float, volume: float) -> None:
    mine = Electrolyte.from_potentials("mine", scale="Na", Na=0.0, K=gap)
    record = ion_exchange(
        f"Na{100 * x:.6f}K{100 - float(f'{100 * x:.6f}'):.6f}",
        mine,
        ions={"Na+": sodium, "K+": potassium},
        electrolyte_volume=volume,
        mass=3e-6,
        points=9,
        draws=0,
    )
    share = record.equilibrium_extent.item() / record.largest_extent.item()
    assert 0 <= share <= 1
    assert (record.mole_fraction >= -1e-15).all()
    assert (record.ion_activity >= 0).all()
    drive = record.driving_potential.to_numpy()
    assert drive[0] >= 0
    assert (drive[:-1] >= drive[1:] - 1e-9).all()
