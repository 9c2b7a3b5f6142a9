"""Circuits of the papers by name: which process each resistance stands for, where it is printed, what is assumed.

A paper often names the resistances it found but not the whole circuit. Each preset says which part is printed and which
part was filled in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alkanode.foundation.errors import SchemaError


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitPreset:
    """A circuit with names for its processes.

    Attributes
    ----------
    name
        Name on the command line and in studies.
    circuit
        Circuit in the notation of :func:`alkanode.impedance.parse_circuit`.
    processes
        Process -> resistances of the circuit that belong to it, in the order of relaxation times, fastest first.
    source
        Key in ``references.bib``.
    printed
        What the paper prints of the circuit.
    assumed
        What was filled in.
    """

    name: str
    circuit: str
    processes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str
    printed: str
    assumed: str


_ARC = "A constant-phase element stands beside each resistance, and an inductance of the leads in series"

CIRCUIT_PRESETS: Mapping[str, CircuitPreset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            CircuitPreset(
                name="coated-nasicon",
                circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)",
                processes={
                    "electrolyte bulk": ("R0",),
                    "grain boundary": ("R1",),
                    "coating": ("R2",),
                    "interface": ("R3",),
                },
                source="Wu2025",
                printed="A Randles circuit (Fig. 2b) with R_GB of the NASICON grain boundary, R_SnO2 of the coating and R_int of "
                "the interface; relaxation times of about 1e-7 s, 1e-3 s and 1e-3 to 10 s. Sweeps end at 1 Hz (0.16 s).",
                assumed=f"The text does not print the elements beside the resistances. {_ARC}.",
            ),
            CircuitPreset(
                name="coated-nasicon-control",
                circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)",
                processes={"electrolyte bulk": ("R0",), "grain boundary": ("R1",), "coating": ("R2",)},
                source="Wu2025",
                printed="Sodium on coated NASICON against a sodium quasi-reference (Fig. S4c of the supplement): grain boundary, and "
                "the coating as a very small arc; the sodium interface itself has next to no resistance.",
                assumed=f"The circuit itself is not printed. {_ARC}.",
            ),
            CircuitPreset(
                name="sei-charge-transfer",
                circuit="R0-p(R1,CPE1)-p(R2,CPE2)",
                processes={
                    "electrolyte": ("R0",),
                    "solid electrolyte interphase": ("R1",),
                    "charge transfer": ("R2",),
                },
                source="Koh2024",
                printed="Two semicircles of a symmetric cell in liquid electrolyte: the solid electrolyte interphase and the charge "
                "transfer.",
                assumed="The circuit is not printed. Two arcs in series, each with a constant-phase element, no inductance; the "
                "faster arc is taken for the interphase.",
            ),
            CircuitPreset(
                name="blocked-electrolyte",
                circuit="L0-R0-p(R1,CPE1)-CPE2",
                processes={"electrolyte bulk": ("R0",), "grain boundary": ("R1",), "electrolyte": ("R0", "R1")},
                source="Park2021",
                printed="Conductivities extrapolated from a circuit fitted to spectra between sputtered gold electrodes.",
                assumed="The circuit is not printed in the text. Inductance, bulk, one arc of the grain boundaries and a "
                "constant-phase element of the blocking electrodes in series.",
            ),
        )
    }
)
"""Presets by name."""


def circuit_preset(name: str) -> CircuitPreset:
    """A preset by its name.

    Parameters
    ----------
    name
        One of :data:`CIRCUIT_PRESETS`: ``"coated-nasicon"``, ``"coated-nasicon-control"``, ``"sei-charge-transfer"`` or
        ``"blocked-electrolyte"``.

    Returns
    -------
    CircuitPreset
        Circuit (parameters in SI), processes, source and what is assumed.

    Raises
    ------
    SchemaError
        For an unknown name; the known ones are listed.
    """
    if name not in CIRCUIT_PRESETS:
        raise SchemaError("a known preset is needed", found=repr(name), todo=f"Known: {', '.join(CIRCUIT_PRESETS)}")
    return CIRCUIT_PRESETS[name]


def processes_text(processes: Mapping[str, tuple[str, ...]]) -> str:
    """Processes as one line of a record's attributes, ``coating: R2; interface: R3 R4``."""
    return "; ".join(f"{name}: {' '.join(members)}" for name, members in processes.items())


def processes_of(text: str) -> dict[str, tuple[str, ...]]:
    """The processes that :func:`processes_text` wrote."""
    pairs = (line.partition(": ") for line in text.split("; ") if line)
    return {name: tuple(members.split()) for name, _, members in pairs}
