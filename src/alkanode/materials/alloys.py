"""Alloys: a composition with a name, its theoretical capacity and its ideal density."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.materials.composition import Composition
from alkanode.materials.elements import element

FARADAY_CONSTANT = 96485.33212
"""C mol-1: elementary charge times Avogadro's number, exact in the SI since 2019 (:cite:`CODATA2018`, read in scipy)."""


@dataclass(frozen=True, slots=True)
class Alloy:
    """An alloy of an anode.

    Attributes
    ----------
    composition
        Elements and fractions, with the basis in which they were given.
    name
        Name for people, for example ``"NaK50"``.

    Examples
    --------
    >>> Alloy.from_mass_fractions(Na=0.5, K=0.5) == Alloy.from_name("NaK50")
    True
    """

    composition: Composition
    name: str

    @classmethod
    def from_mass_fractions(cls, **fractions: float) -> Self:
        """Alloy from mass fractions (0-1) by element symbol; see :class:`Composition`."""
        composition = Composition.from_mass_fractions(**fractions)
        return cls(composition, _name(composition))

    @classmethod
    def from_mole_fractions(cls, **fractions: float) -> Self:
        """Alloy from mole fractions (0-1) by element symbol; see :class:`Composition`."""
        composition = Composition.from_mole_fractions(**fractions)
        return cls(composition, _name(composition))

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Alloy from a name such as ``"NaK50"`` (50 wt% K) or ``"Na50K50"`` (at%)."""
        return cls(Composition.from_name(name), name.strip())

    def theoretical_capacity(self, ion: str = "Na+") -> float:
        """Charge per mass of alloy when all of one metal is stripped.

        Parameters
        ----------
        ion
            The working ion: ``"Na+"``, ``"K+"`` or ``"Li+"``.

        Returns
        -------
        float
            C kg-1 of alloy: F x / M (divide by 3600 for mAh g-1).

        Examples
        --------
        >>> round(Alloy.from_name("NaK50").theoretical_capacity() / 3600, 1)
        582.9
        """
        symbol = working_metal(ion)
        return (
            FARADAY_CONSTANT
            * element(symbol).charge_number
            * self.composition.mole_fraction(symbol)
            / self.composition.molar_mass
        )

    def density(self, temperature: QuantityLike | None = None, phase: str | None = None) -> float:
        """Mass density, by default for ideal mixing of the volumes of the pure solid metals at room temperature.

        Parameters
        ----------
        temperature, phase
            Both or none: K or text such as ``"25 degC"``, and ``"liquid"``, ``"solid"`` or the name of a phase. With
            them the number is that of :func:`alkanode.materials.density`, which also gives its interval and sources.

        Returns
        -------
        float
            kg m-3. Without a phase: 1 / sum(w_i / rho_i) of the solids; the liquid is a few per cent lighter.

        Raises
        ------
        PhysicsError
            When an element of the alloy has no density in the table, or only one of temperature and phase is given.

        Examples
        --------
        >>> round(Alloy.from_name("NaK50").density("25 degC", "liquid"))
        897
        """
        if temperature is not None and phase is not None:
            value = _density_of(self, temperature, phase)
            return value
        if temperature is not None or phase is not None:
            raise PhysicsError(
                "a density needs temperature and phase, or neither",
                found="only one of them",
                todo="Write for example density('25 degC', 'liquid')",
            )
        volume = 0.0
        for symbol in self.composition.elements:
            rho = element(symbol).density
            if rho is None:
                raise PhysicsError(f"the density of {symbol} is needed", found="no value in the table of elements")
            volume += self.composition.mass_fraction(symbol) / rho.value
        return 1 / volume

    def __str__(self) -> str:
        return f"{self.name} ({self.composition})"


def _density_of(alloy: Alloy, temperature: QuantityLike, phase: str) -> float:
    """The correlation, which rests on this module and is loaded when it is asked for."""
    from alkanode.materials.properties.densities import density

    found = density(alloy, temperature, phase=phase).value
    return math.nan if found is None else found


def working_metal(ion: str) -> str:
    """The metal of a working ion: ``"Na+"`` -> ``"Na"``.

    Raises
    ------
    PhysicsError
        When the text is not an ion of a known alkali metal.
    """
    symbol = str(ion).removesuffix("+")
    if symbol == ion or element(symbol).charge_number == 0:
        raise PhysicsError("a working ion is needed", found=repr(ion), todo="Write 'Na+', 'K+' or 'Li+'")
    return symbol


def _name(composition: Composition) -> str:
    """``NaK50`` for a binary Na-K given by mass, ``Na50K50`` for one given by moles."""
    order = sorted(composition.elements, key=lambda symbol: (symbol != "Li", symbol != "Na", symbol))
    if len(order) == 1:
        return order[0]
    if composition.basis == "mass" and len(order) == 2:
        return f"{order[0]}{order[1]}{_percent(composition.mass_fraction(order[1]))}"
    return "".join(f"{symbol}{_percent(composition.mole_fraction(symbol))}" for symbol in order)


def _percent(fraction: float) -> str:
    return f"{round(100 * fraction, 6):.12g}" if math.isfinite(fraction) else "?"
