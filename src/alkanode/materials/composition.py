"""Composition with an explicit basis: mass fractions or mole fractions, never a bare number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from alkanode.foundation.errors import PhysicsError
from alkanode.materials.elements import element

Basis = Literal["mass", "mole"]

_PAIRS = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")


@dataclass(frozen=True, slots=True)
class Composition:
    """What an alloy is made of.

    Make one with :meth:`from_mass_fractions`, :meth:`from_mole_fractions` or :meth:`from_name`.

    Attributes
    ----------
    mole_fractions
        Pairs of element symbol and mole fraction, sorted by symbol; they sum to 1.
    basis
        The basis in which the composition was given (``"mass"`` or ``"mole"``); it decides how it is printed.
    """

    mole_fractions: tuple[tuple[str, float], ...]
    basis: Basis

    @classmethod
    def from_mole_fractions(cls, **fractions: float) -> Self:
        """Composition from mole fractions.

        Parameters
        ----------
        fractions
            Mole fraction (0-1) by element symbol, for example ``Na=0.5, K=0.5``.

        Raises
        ------
        PhysicsError
            For a fraction outside 0-1, a sum other than 1 within 1e-6, or an unknown element.
        """
        return cls(_normal(fractions, "mole"), "mole")

    @classmethod
    def from_mass_fractions(cls, **fractions: float) -> Self:
        """Composition from mass fractions.

        Parameters
        ----------
        fractions
            Mass fraction (0-1) by element symbol, for example ``Na=0.5, K=0.5``.

        Raises
        ------
        PhysicsError
            For a fraction outside 0-1, a sum other than 1 within 1e-6, or an unknown element.

        Examples
        --------
        >>> round(Composition.from_mass_fractions(Na=0.5, K=0.5).mole_fraction("K"), 3)
        0.37
        """
        pairs = _normal(fractions, "mass")
        moles = [(symbol, w / element(symbol).molar_mass.value) for symbol, w in pairs]
        total = math.fsum(n for _, n in moles)
        return cls(tuple((symbol, n / total) for symbol, n in moles), "mass")

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Composition from a name of the field.

        ``"NaK50"`` (two alkali metals, and after the last one a number of two digits or more) is mass percent of that
        metal, as in :cite:`Wu2025`; ``"Na50K50"`` (a number after every element) is atom percent, as in :cite:`Koh2024`;
        ``"K0.95Na0.05"`` with numbers that sum to 1 is mole fractions, as in :cite:`Park2021`;
        ``"Na"`` is the pure element.

        Raises
        ------
        PhysicsError
            For a name that fits none of these.
        """
        text = name.strip()
        pairs = _PAIRS.findall(text)
        if not pairs or "".join(a + b for a, b in pairs) != text:
            raise _unreadable(name)
        symbols = [symbol for symbol, _ in pairs]
        numbers = [number for _, number in pairs]
        if len(set(symbols)) != len(symbols):
            raise _unreadable(name)
        if len(pairs) == 1 and not numbers[0]:
            return cls.from_mole_fractions(**{symbols[0]: 1.0})
        metals = all(element(symbol).charge_number for symbol in symbols)
        if len(pairs) == 2 and metals and not numbers[0] and len(numbers[1]) > 1:
            w = float(numbers[1]) / 100
            return cls.from_mass_fractions(**{symbols[0]: 1 - w, symbols[1]: w})
        if all(numbers) and len(pairs) > 1:
            values = [float(number) for number in numbers]
            total = math.fsum(values)
            scale = 100.0 if abs(total - 100) < 1e-6 else 1.0 if abs(total - 1) < 1e-6 else math.nan
            if math.isfinite(scale):
                return cls.from_mole_fractions(**{s: v / scale for s, v in zip(symbols, values, strict=True)})
        raise _unreadable(name)

    def mole_fraction(self, symbol: str) -> float:
        """Mole fraction of one element (0 when absent)."""
        return dict(self.mole_fractions).get(symbol, 0.0)

    def mass_fraction(self, symbol: str) -> float:
        """Mass fraction of one element (0 when absent)."""
        return self.mole_fraction(symbol) * element(symbol).molar_mass.value / self.molar_mass

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that are present, sorted."""
        return tuple(symbol for symbol, x in self.mole_fractions if x > 0)

    @property
    def molar_mass(self) -> float:
        """Mass of one mole of atoms, kg mol-1."""
        return math.fsum(x * element(symbol).molar_mass.value for symbol, x in self.mole_fractions)

    def __iter__(self) -> Iterator[tuple[str, float]]:
        return iter(self.mole_fractions)

    def __str__(self) -> str:
        part = self.mass_fraction if self.basis == "mass" else self.mole_fraction
        unit = "wt%" if self.basis == "mass" else "at%"
        return ", ".join(f"{100 * part(symbol):.4g} {unit} {symbol}" for symbol in self.elements)


def _unreadable(name: str) -> PhysicsError:
    return PhysicsError(
        "an alloy name must carry its basis",
        found=repr(name),
        todo="Write 'NaK50' (50 wt% K), 'Na50K50' (at%), 'K0.95Na0.05' (mole fractions), or use from_mass_fractions / from_mole_fractions",
    )


def _normal(fractions: Mapping[str, float], basis: Basis) -> tuple[tuple[str, float], ...]:
    for symbol, value in fractions.items():
        element(symbol)
        if not 0 <= value <= 1:
            raise PhysicsError(
                f"a {basis} fraction must be a number from 0 to 1",
                found=f"{symbol}={value!r}",
                todo="50 % is written 0.5",
            )
    total = math.fsum(fractions.values())
    if not fractions or abs(total - 1) > 1e-6:
        raise PhysicsError(f"{basis} fractions must sum to 1", found=f"{total:.6g} from {dict(fractions)}")
    return tuple(sorted((symbol, value / total) for symbol, value in fractions.items()))
