"""Writing an assessment as a TDB, the text format that CALPHAD programs share.

One-sublattice solutions, stoichiometric compounds, piecewise functions. Numbers are written with ``repr``, so that a
program that reads the text gets the same floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alkanode.thermo.assessment.data import Assessment, Compound, Interaction, Phase, Unary
from alkanode.thermo.assessment.reading import load_assessment

_LINE = 72
_REFERENCE = "bcc_A2"


def to_tdb(assessment: Assessment | str = "Na-K", *, free_parameters: bool = False) -> str:
    """TDB text of an assessment.

    Parameters
    ----------
    assessment
        An assessment, or the name of a shipped system.
    free_parameters
        Write every fitted number as a function ``VV0001``, ``VV0002``, ... in the order of
        :attr:`Assessment.parameters`, which ESPEI takes for what it may move, and leave out the electron gas, which
        ESPEI 0.9.1 takes for an element of the data. The default writes plain numbers.

    Returns
    -------
    str
        Text that pycalphad parses; sources and trust labels stand in its comments.
    """
    data = load_assessment(assessment)
    lines = [f"$ {data.name}: {data.label}", f"$ use: {data.use_range[0]:g}-{data.use_range[1]:g} K", "$"]
    lines += [] if free_parameters else [" ELEMENT /-   ELECTRON_GAS   0.0  0.0  0.0 !"]
    lines.append(" ELEMENT VA   VACUUM         0.0  0.0  0.0 !")
    masses, states = dict(data.molar_masses), dict(data.reference_states)
    for symbol in data.elements:
        enthalpy, entropy = states[symbol]
        lines.append(f" ELEMENT {symbol.upper()} BCC_A2 {masses[symbol]!r} {enthalpy!r} {entropy!r} !")
    lines += [" TYPE_DEFINITION % SEQ * !", " DEFINE_SYSTEM_DEFAULT ELEMENT 2 !", "$"]
    lines += [_function(unary, data) for unary in sorted(data.unaries, key=lambda u: u.phase)]
    symbols = (
        {name: f"VV{number:04d}" for number, name in enumerate(data.parameters, start=1)} if free_parameters else {}
    )
    for name, symbol in symbols.items():
        lines += [f"$ {name}", f" FUNCTION {symbol} {data.function_range[0]!r} {data.parameters[name]!r}; 6000.0 N !"]
    lines.append("$")
    lines += [line for phase in data.phases for line in _phase(phase, data)]
    for unary in data.unaries:
        lines += [
            f"$ {unary.source}: {unary.trust}",
            _parameter(data, unary.phase, unary.element.upper(), 0, _name(unary)),
        ]
    for term in data.interactions:
        pair = ",".join(symbol.upper() for symbol in term.elements)
        lines += [
            f"$ {term.source}: {term.trust}",
            _parameter(data, term.phase, pair, term.order, _linear(term, symbols)),
        ]
    for compound in data.compounds:
        atoms = data.phase(compound.phase).atoms
        reference = "+".join(f"{count}*{_function_name(_REFERENCE, symbol)}" for symbol, count in atoms)
        sites = ":".join(symbol.upper() for symbol, _ in atoms)
        text = f"{reference}{_linear(compound, symbols)}"
        lines += [f"$ {compound.source}: {compound.trust}", _parameter(data, compound.phase, sites, 0, text)]
    return "\n".join(lines) + "\n"


def write_tdb(assessment: Assessment | str, path: str | Path, *, free_parameters: bool = False) -> Path:
    """Write an assessment as a TDB file.

    Parameters
    ----------
    assessment
        An assessment, or the name of a shipped system.
    path
        File to write; an existing file is replaced.
    free_parameters
        As :func:`to_tdb`.

    Returns
    -------
    Path
        The file.
    """
    target = Path(path)
    target.write_text(to_tdb(assessment, free_parameters=free_parameters), encoding="utf-8")
    return target


def _linear(entry: Interaction | Compound, symbols: Mapping[str, str]) -> str:
    """``+constant+slope*T``, in numbers or in the symbols of free parameters."""
    numbers = {"constant": entry.constant, "slope": entry.slope}
    constant, slope = (
        f"+{symbols[f'{entry.name} {part}']}" if f"{entry.name} {part}" in symbols else f"{number:+}"
        for part, number in numbers.items()
    )
    return f"{constant}{slope}*T"


def _name(unary: Unary) -> str:
    return _function_name(unary.phase, unary.element)


def _function_name(phase: str, element: str) -> str:
    """At most eight letters, as the format asks: ``GLIQUINA``."""
    return f"G{phase.replace('_', '').upper()[:5]}{element.upper()}"


def _function(unary: Unary, data: Assessment) -> str:
    others = {(other.element, other.phase): other for other in data.unaries}
    parts = []
    for number, segment in enumerate(unary.segments):
        pieces = [f"{value:+}" + ("" if term == "1" else f"*{_term(term)}") for term, value in segment.terms]
        if segment.plus:
            pieces.append(f"+{_name(others[unary.element, segment.plus])}")
        more = "Y" if number < len(unary.segments) - 1 else "N"
        parts.append(_wrap(pieces) + f"; {segment.below!r} {more}")
    start = data.function_range[0]
    return f" FUNCTION {_name(unary)} {start!r} " + "\n   ".join(parts) + " !"


def _term(term: str) -> str:
    return term.replace("ln(", "LN(")


def _wrap(pieces: list[str]) -> str:
    lines, width = [""], 0
    for piece in pieces:
        if width + len(piece) > _LINE:
            lines.append("")
            width = 0
        lines[-1] += piece
        width += len(piece)
    return "\n   ".join(lines)


def _phase(phase: Phase, data: Assessment) -> list[str]:
    if phase.model == "solution":
        elements = ",".join(symbol.upper() for symbol in data.elements)
        return [f" PHASE {phase.tdb_name} % 1 1.0 !", f" CONSTITUENT {phase.tdb_name} : {elements} : !"]
    counts = " ".join(f"{float(count)!r}" for _, count in phase.atoms)
    sites = " : ".join(symbol.upper() for symbol, _ in phase.atoms)
    return [
        f" PHASE {phase.tdb_name} % {len(phase.atoms)} {counts} !",
        f" CONSTITUENT {phase.tdb_name} : {sites} : !",
    ]


def _parameter(data: Assessment, phase: str, constituents: str, order: int, text: str) -> str:
    low = data.function_range[0]
    high = min(unary.segments[-1].below for unary in data.unaries)
    return f" PARAMETER G({data.phase(phase).tdb_name},{constituents};{order}) {low!r} {text}; {high!r} N !"
