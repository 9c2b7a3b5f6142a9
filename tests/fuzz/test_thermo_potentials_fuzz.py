"""Arbitrary input to potentials and exchanges ends in a result or in an error of ours, never in another one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning
from alkanode.thermo import Electrolyte, alloy_potentials, compare_chemical_potentials, ion_exchange, load_electrolyte

T = TypeVar("T")

number = st.one_of(st.floats(), st.integers(-3, 3))
text = st.one_of(st.text(max_size=8), st.sampled_from(["Na50K50", "NaK50", "K", "Li1Na99", "Na1K1"]))
alloy = st.one_of(
    text, number, st.lists(number, max_size=4), st.lists(text, max_size=3), st.none(), st.dictionaries(text, number)
)
ions = st.dictionaries(st.one_of(text, st.sampled_from(["Na+", "K+", "Li+", "ClO4-"])), number, max_size=3)
solvent = st.sampled_from(["water", "PC", "PC recalled", "EC/DMC", "NASICON", "", "oil"])
temperature = st.one_of(number, st.sampled_from(["25 degC", "300 K", "25", "warm"]))
metals = st.one_of(st.none(), st.tuples(text, text), st.just(("Na", "K")))
symbols = st.dictionaries(st.sampled_from(["Na", "K", "Li", "Cu", "", "e-"]), st.one_of(number, text), max_size=3)


def attempt(make: Callable[[], T]) -> T | None:
    """The result, or None after an error of ours; warnings of ours are let through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        try:
            return make()
        except AlkanodeError:
            return None


@settings(max_examples=60)
@given(alloy, st.one_of(st.none(), solvent), temperature, st.one_of(st.none(), text), st.one_of(st.none(), ions))
def test_alloy_potentials(
    given_alloy: object, electrolyte: str | None, at: object, reference: str | None, activity: dict[str, float] | None
) -> None:
    record = attempt(
        lambda: alloy_potentials(
            given_alloy,  # type: ignore[arg-type]
            electrolyte,
            temperature=at,
            reference=reference,
            ion_activity=activity,
            draws=0,
        )
    )
    if record is not None:
        assert not np.isnan(record.electrode_potential).any()


@settings(max_examples=60)
@given(text, solvent, ions, number, number, metals)
def test_ion_exchange(
    name: str, electrolyte: str, given_ions: dict[str, float], volume: float, mass: float, pair: tuple[str, str] | None
) -> None:
    record = attempt(
        lambda: ion_exchange(
            name, electrolyte, ions=given_ions, electrolyte_volume=volume, mass=mass, metals=pair, points=5, draws=0
        )
    )
    if record is not None:
        assert 0 <= record.equilibrium_extent.item() <= record.largest_extent.item()


positive = st.one_of(st.floats(1e-300, 1e300), st.floats(1e-8, 1e4))


@settings(max_examples=60)
@given(positive, positive, positive, positive, st.sampled_from(["water", "PC"]))
def test_extreme_amounts(sodium: float, anion: float, volume: float, mass: float, electrolyte: str) -> None:
    record = attempt(
        lambda: ion_exchange(
            "Na50K50",
            electrolyte,
            ions={"Na+": sodium, "ClO4-": anion},
            electrolyte_volume=volume,
            mass=mass,
            points=5,
            draws=0,
        )
    )
    if record is not None:
        assert 0 <= record.equilibrium_extent.item() <= record.largest_extent.item()
        assert not np.isnan(record.mole_fraction).any()


@given(alloy, text)
def test_compare_chemical_potentials(given_alloy: object, scale: str) -> None:
    assert attempt(lambda: compare_chemical_potentials(given_alloy, scale=scale)) is None  # type: ignore[arg-type]


@given(text, symbols)
def test_electrolytes(name: str, potentials: dict[str, object]) -> None:
    attempt(lambda: load_electrolyte(name))
    made = attempt(lambda: Electrolyte.from_potentials("mine", **potentials))
    assert made is None or set(made.names) == set(potentials)
