r"""What an electrolyte adds to the thermodynamics of an alloy: standard potentials of its ions, and salts that limit them.

A phase diagram knows each metal only against the same pure metal. Which of two metals is oxidised first is decided by the
standard potentials E0(M+/M), and these belong to the solvent: an ion that the solvent holds tightly has a lower E0. So each
number names its electrolyte, its source and its trust, and a pair that nobody has measured is left out, not guessed.

.. math:: E_M = E^0_{M^+/M} + \frac{RT}{F}\ln a_{M^+} - \frac{\mu_M - \mu^0_M}{F}
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Trust
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import working_metal

HYDROGEN = "SHE"
"""Name of the standard hydrogen electrode as a reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardPotential:
    """Standard potential of M+/M in one electrolyte.

    Attributes
    ----------
    element
        The metal.
    value
        V against the electrolyte's scale, at its temperature.
    slope
        V K-1; 0 where it is not known.
    uncertainty
        Standard uncertainty, V.
    source, trust, note
        Where the number comes from.
    """

    element: str
    value: float
    slope: float
    uncertainty: float
    source: str
    trust: Trust
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolubilityProduct:
    """A solid salt of one cation and one anion, both singly charged, that limits the cation.

    Attributes
    ----------
    salt, cation, anion
        For example ``"KClO4"``, ``"K+"``, ``"ClO4-"``.
    product
        a(cation) times a(anion) over the solid; activities on the scale of mol L-1.
    factor
        Standard uncertainty as a factor on ``product``, 1 or more.
    source, trust, note
        Where the number comes from.
    """

    salt: str
    cation: str
    anion: str
    product: float
    factor: float
    source: str
    trust: Trust
    note: str = ""

    def cap(self, anion_activity: float) -> float:
        """Highest activity of the cation beside an activity of the anion.

        Raises
        ------
        PhysicsError
            For an activity of the anion that is not a number above 0.
        """
        if not (np.isfinite(anion_activity) and anion_activity > 0):
            raise PhysicsError(f"an activity of {self.anion} above 0 is needed", found=repr(anion_activity))
        return self.product / anion_activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Electrolyte:
    """Standard potentials and solubility products in one electrolyte.

    Make one with :func:`load_electrolyte`, or with your own numbers by :meth:`from_potentials`.

    Attributes
    ----------
    name, description
        For people.
    scale
        Zero of the standard potentials: ``"SHE"``, or the symbol of a metal in the same electrolyte. Without a measured link to
        hydrogen in that solvent only differences between metals are known.
    temperature
        K, at which the standard potentials hold.
    use_range
        Temperatures (K) for which they may be used.
    standard_potentials, salts
        The data.
    conducts
        Metals whose ions move in it; ``()`` where all do. In a single-ion conductor the other metals have no potential.
    """

    name: str
    description: str
    scale: str
    temperature: float
    use_range: tuple[float, float]
    standard_potentials: tuple[StandardPotential, ...]
    salts: tuple[SolubilityProduct, ...] = ()
    conducts: tuple[str, ...] = ()

    @classmethod
    def from_potentials(
        cls, name: str, *, scale: str = HYDROGEN, uncertainty: QuantityLike = 0.0, **potentials: QuantityLike
    ) -> Electrolyte:
        """An electrolyte with standard potentials of your own.

        Parameters
        ----------
        name
            For labels, for example ``"EC/DMC"``.
        scale
            ``"SHE"``, or the symbol of the metal against which the potentials are given; its own 0 need not be written.
        uncertainty
            Standard uncertainty of each potential, V. The default, 0, claims that they are exact.
        potentials
            Standard potential by element symbol, for example ``Na=-2.71, K="-2.93 V"``.

        Raises
        ------
        PhysicsError
            For no potential, an unknown metal, a negative uncertainty, or a scale metal that is not at 0.

        Examples
        --------
        >>> Electrolyte.from_potentials("EC/DMC", scale="Na", K=-0.3).names
        ('K', 'Na')
        """
        return cls(
            name=name,
            description="standard potentials given by the user",
            scale=scale,
            temperature=298.15,
            use_range=(0.0, np.inf),
            standard_potentials=(),
        ).with_potentials(scale=scale, uncertainty=uncertainty, **potentials)

    def with_potentials(
        self, *, scale: str = "", uncertainty: QuantityLike = 0.0, **potentials: QuantityLike
    ) -> Electrolyte:
        """The same electrolyte, its salts included, with standard potentials of your own in place of all of its own.

        Parameters
        ----------
        scale, uncertainty, potentials
            As :meth:`from_potentials`; without ``scale`` that of the electrolyte stays.

        Raises
        ------
        PhysicsError
            As :meth:`from_potentials`.
        """
        zero = scale or self.scale
        spread = to_si(uncertainty, "standard_potential")
        if not potentials or spread < 0:
            raise PhysicsError(
                "at least one standard potential, and an uncertainty of 0 V or more, are needed",
                found=f"{len(potentials)} potentials, {spread:g} V",
                todo="Write for example Na=-2.71, K='-2.93 V'",
            )
        if zero != HYDROGEN:
            potentials = {zero: 0.0, **potentials}
        found = []
        for symbol in sorted(potentials):
            value = to_si(potentials[symbol], "standard_potential")
            exact = symbol == zero
            if exact and value != 0:
                raise PhysicsError(f"on the scale of {zero} the potential of {zero} is 0", found=f"{value:g} V")
            found.append(
                StandardPotential(
                    element=working_metal(f"{symbol}+"),
                    value=value,
                    slope=0.0,
                    uncertainty=0.0 if exact else spread,
                    source="",
                    trust=Trust.GIVEN,
                )
            )
        return dataclasses.replace(
            self,
            scale=zero,
            standard_potentials=tuple(found),
            use_range=(0.0, np.inf),
            conducts=tuple(potentials) if self.conducts else (),
        )

    def with_salt(self, *salts: SolubilityProduct) -> Electrolyte:
        """The same electrolyte with other solubility products in place of those of the same salts."""
        kept = [old for old in self.salts if old.salt not in {new.salt for new in salts}]
        return dataclasses.replace(self, salts=(*kept, *salts))

    @property
    def names(self) -> tuple[str, ...]:
        """Metals with a standard potential, sorted."""
        return tuple(sorted(entry.element for entry in self.standard_potentials))

    def carries(self, element: str) -> bool:
        """Whether ions of a metal move in this electrolyte."""
        return not self.conducts or element in self.conducts

    def of(self, element: str) -> StandardPotential:
        """The standard potential of one metal.

        Raises
        ------
        PhysicsError
            When it is not known in this electrolyte.
        """
        for entry in self.standard_potentials:
            if entry.element == element:
                return entry
        raise PhysicsError(
            f"a standard potential of {element}+/{element} in {self.name} is needed",
            found=f"{', '.join(self.names) or 'none'}; {self.description}",
            todo=f"State yours: load_electrolyte({self.name!r}).with_potentials(scale='SHE', {element}=...)",
        )

    def warn_outside(self, temperature: float, *, stacklevel: int) -> None:
        """Say where a temperature (K) lies outside those for which the standard potentials hold.

        Warns
        -----
        ExtrapolationWarning
        """
        low, high = self.use_range
        if not low <= temperature <= high:
            warnings.warn(
                f"standard potentials in {self.name} hold for {low:g}-{high:g} K; {temperature:g} K is extrapolated",
                ExtrapolationWarning,
                stacklevel=stacklevel + 1,
            )

    def difference(self, element: str, reference: str, temperature: float) -> tuple[float, float]:
        """Standard potential of a metal against a reference at a temperature, and its standard uncertainty (V, V).

        Parameters
        ----------
        element
            The metal.
        reference
            A metal in the same electrolyte, or ``"SHE"``.
        temperature
            K.

        Raises
        ------
        PhysicsError
            When one of the two is not known, or the scale has no link to hydrogen.
        """
        entry = self.of(element)
        value = self._at(entry, temperature)
        if reference == self.scale:
            return value, entry.uncertainty
        if reference == HYDROGEN:
            raise PhysicsError(
                f"potentials in {self.name} are known against {self.scale} only",
                found="reference 'SHE'",
                todo=f"Use reference={self.scale!r}: nothing links this solvent to hydrogen without a further assumption",
            )
        other = self.of(reference)
        if reference == element:
            return 0.0, 0.0
        return value - self._at(other, temperature), float(np.hypot(entry.uncertainty, other.uncertainty))

    def _at(self, entry: StandardPotential, temperature: float) -> float:
        return entry.value + entry.slope * (temperature - self.temperature)

    def cap(self, cation: str, activities: Mapping[str, float]) -> tuple[float, SolubilityProduct | None]:
        """Highest activity of a cation beside the given activities of anions, and the salt that sets it.

        Returns
        -------
        float, SolubilityProduct or None
            Infinite and ``None`` where no salt of the cation with one of the anions is known.
        """
        limits = [(s.cap(activities[s.anion]), s) for s in self.salts if s.cation == cation and s.anion in activities]
        return min(limits, key=lambda pair: pair[0]) if limits else (np.inf, None)

    def label_of(self, *elements: str) -> str:
        """What potentials of some metals in this electrolyte rest on, for people."""
        words: dict[str, list[str]] = {}
        for symbol in elements:
            if symbol != self.scale:
                words.setdefault(self.of(symbol).trust.value, []).append(symbol)
        listed = "; ".join(f"{', '.join(symbols)} {trust}" for trust, symbols in words.items())
        return f"standard potentials in {self.name} ({listed or f'{self.scale} is the zero'})"

    @property
    def sources(self) -> tuple[str, ...]:
        """Source keys of the data."""
        keys = [*(e.source for e in self.standard_potentials), *(s.source for s in self.salts)]
        return tuple(dict.fromkeys(key for key in keys if key))
