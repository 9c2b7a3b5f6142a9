"""Named recipes of published analyses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alkanode.foundation.errors import SchemaError


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxationPreset:
    """A published recipe for distributions of relaxation times.

    Attributes
    ----------
    name
        Its name here.
    source
        Key in the bibliography.
    options
        Options of :func:`alkanode.impedance.relaxation_times` that it fixes.
    lowest_frequency
        Hz; where the published sweeps end.
    remark
        What is not public, and what the recipe cannot show.
    """

    name: str
    source: str
    options: Mapping[str, object]
    lowest_frequency: float
    remark: str


RELAXATION_PRESETS: Mapping[str, RelaxationPreset] = MappingProxyType(
    {
        "wu2025": RelaxationPreset(
            name="wu2025",
            source="Wu2025",
            options=MappingProxyType(
                {"regularisation": 1e-3, "penalty_order": 1, "weights": "unit", "part": "both", "inductance": True}
            ),
            lowest_frequency=1.0,
            remark="Printed: real and imaginary part, lambda = 1e-3, sweeps from 7 MHz to 1 Hz, analysed with RelaxIS. Not "
            "public: how RelaxIS normalises lambda, its weights and the order of its penalty; order 1 and unit weights "
            "are a reading of it, so equal lambda need not mean equal smoothing. A sweep that ends at 1 Hz holds "
            "relaxation times up to 0.16 s; a peak drawn beyond is set by the grid and by lambda.",
        )
    }
)
"""Recipes by name: ``"wu2025"`` is that of the operando maps of Na-K cells."""


def apply_preset(name: str | None, chosen: dict[str, object], defaults: Mapping[str, object]) -> dict[str, object]:
    """Options with those of a preset in place.

    Raises
    ------
    SchemaError
        For an unknown preset, or an option that was set to something else than the preset fixes.
    """
    if name is None:
        return chosen
    if name not in RELAXATION_PRESETS:
        raise SchemaError("a known preset is needed", found=repr(name), todo=f"Known: {', '.join(RELAXATION_PRESETS)}")
    fixed = RELAXATION_PRESETS[name].options
    for option, value in fixed.items():
        if chosen[option] not in (value, defaults[option]):
            raise SchemaError(
                f"the preset {name!r} fixes {option} = {value!r}",
                found=f"{option} = {chosen[option]!r}",
                todo="Leave out one of the two",
            )
    return {**chosen, **fixed}
