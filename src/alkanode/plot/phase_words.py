"""How phases are called and coloured in figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from alkanode.plot.description import BandRole, Role

_SUBSCRIPT: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SOLIDS: Final[dict[str, Role]] = {"bcc_K": "second", "bcc_Na": "third", "bcc_Li": "fourth", "Na2K": "fifth"}
_METALS: Final[dict[str, Role]] = {"K": "second", "Na": "third", "Li": "fourth"}


def is_liquid(phase: str) -> bool:
    """Whether a phase is a liquid: ``liquid``, or one of two liquids such as ``liquid_Na``."""
    return phase.lower().startswith("liquid")


def phase_name(phase: str) -> str:
    """Phase as it is written in a figure.

    Examples
    --------
    >>> [phase_name(name) for name in ("liquid", "liquid_Na", "bcc_K", "Na2K")]
    ['liquid', 'Na-rich liquid', 'K(s)', 'Na₂K(s)']
    """
    if is_liquid(phase):
        return f"{phase.split('_', 1)[1]}-rich liquid" if "_" in phase else "liquid"
    return f"{phase.rsplit('_', 1)[-1].translate(_SUBSCRIPT)}(s)"


def field_name(phases: Iterable[str]) -> str:
    """Phases of a field, liquids first: ``liquid + K(s)``; two liquids and nothing else are called that.

    Examples
    --------
    >>> field_name(("bcc_K", "liquid")), field_name(("liquid_Li", "liquid_Na"))
    ('liquid + K(s)', 'two liquids')
    """
    ordered = sorted(set(phases), key=lambda phase: (not is_liquid(phase), phase))
    if len(ordered) > 1 and all(is_liquid(phase) for phase in ordered):
        return "two liquids"
    return " + ".join(phase_name(phase) for phase in ordered)


def ion_name(ion: str) -> str:
    """Ion as it is written in a figure.

    Examples
    --------
    >>> ion_name("Na+")
    'Na⁺'
    """
    return ion.replace("+", "⁺").replace("-", "⁻")


def phase_role(phase: str) -> Role:
    """Colour of a phase, the same in every figure: liquids blue, each solid its own."""
    if is_liquid(phase):
        return "model" if phase.endswith("_Li") else "primary"
    return _SOLIDS.get(phase, "muted")


def metal_role(symbol: str) -> Role:
    """Colour of a metal, that of its solid."""
    return _METALS.get(symbol, "primary")


def field_role(phases: Iterable[str]) -> BandRole:
    """What a field of a diagram is: liquid, solid, or two or three phases."""
    names = set(phases)
    if len(names) > 1:
        return "two-phase" if len(names) == 2 else "three-phase"
    return "liquid" if all(is_liquid(name) for name in names) else "solid"
