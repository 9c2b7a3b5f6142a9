"""Options that commands on phase equilibria share, and their course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.output import emit, json_option, output_option

if TYPE_CHECKING:
    from alkanode.studies import Part
    from alkanode.thermo import Assessment, Electrolyte

Function = Callable[..., Any]
Option = Callable[[Function], Function]

TEMPERATURE = click.option(
    "--temperature", default="25 degC", show_default=True, help="For example '25 degC' or '298 K'."
)
SPREAD = click.option(
    "--temperature-uncertainty", "spread", default="2 K", show_default=True, help="Half width of the interval."
)
ION = click.option("--ion", default="Na+", show_default=True, help="Working ion: Na+, K+ or Li+.")
SUSPEND = click.option(
    "--suspend",
    multiple=True,
    metavar="PHASE",
    help="Keep a phase out of equilibrium, for example Na2K, which is slow to form; may stand several times.",
)
ASSESSMENT = click.option(
    "--assessment",
    "assessment_file",
    type=click.Path(path_type=Path),
    help="Assessment of your own (YAML) instead of the shipped one.",
)

ACTIVITY = click.option(
    "--activity",
    "activities",
    multiple=True,
    metavar="ION=NUMBER",
    help="Activity of an ion, for example K+=1e-3 or ClO4-=1; may stand several times. Not named: 1.",
)

STANDARD = click.option(
    "--standard-potential",
    "standard",
    multiple=True,
    metavar="METAL=VOLTAGE",
    help="Of your own, on one scale, for example 'K=-2.93 V'; in place of all of the electrolyte's.",
)
SCALE = click.option("--scale", default="SHE", show_default=True, help="Zero of --standard-potential: SHE, or a metal.")

TDB = click.option(
    "--tdb", type=click.Path(path_type=Path), help="Database of your own, computed by pycalphad (extra calphad)."
)
PHASE = click.option(
    "--phase", "phases", multiple=True, help="With --tdb: a phase that may appear; may stand several times, else all."
)
TIME_LIMIT = click.option(
    "--time-limit", default="120 s", show_default=True, help="With --tdb: after which it is given up."
)


def check_database_options(tdb: Path | None, phases: Sequence[str], suspend: Sequence[str], **others: object) -> None:
    """Options that go with ``--tdb`` and those that do not.

    Raises
    ------
    UsageError
        For a combination that has no meaning.
    """
    if tdb is None:
        if phases:
            raise click.UsageError("--phase goes with --tdb; of a shipped system a phase is kept out by --suspend")
        return
    if suspend:
        raise click.UsageError("with --tdb name the phases that may appear by --phase")
    for name, value in others.items():
        if value:
            raise click.UsageError(f"--{name} does not go with --tdb")


def system_argument(default: str) -> Option:
    """``SYSTEM``: elements joined by hyphens."""
    return click.argument("system", default=default)


def thermo_options(*settings: Option) -> Option:
    """Settings of a command, then the options of its output."""

    def decorate(function: Function) -> Function:
        for option in reversed((*settings, json_option, output_option)):
            function = option(function)
        return function

    return decorate


def system_of(system: str, assessment_file: Path | None = None) -> str | Assessment:
    """The system of a command: its name, or the assessment of ``--assessment``.

    Raises
    ------
    PhysicsError
        For a system without a shipped assessment; the nearest one is named.
    SchemaError
        For a file that is no assessment.
    """
    from alkanode.studies.thermo.systems import known_system

    own = own_system(assessment_file)
    return known_system(system) if own is None else own


def own_system(assessment_file: Path | None) -> Assessment | None:
    """The assessment of ``--assessment``, or none.

    Raises
    ------
    SchemaError
        For a file that is no assessment.
    """
    from alkanode.thermo import parse_assessment

    if assessment_file is None:
        return None
    return parse_assessment(assessment_file.read_text(encoding="utf-8", errors="replace"), origin=assessment_file.name)


def execute(
    make: Callable[[], Part], *, as_json: bool, output: Path | None, inputs: Sequence[Path | None] = ()
) -> None:
    """Compute a part with its warnings gathered; print it and write its files."""
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    with gathered_warnings(caught):
        part = make()
    emit(part, inputs=inputs, warnings=caught, as_json=as_json, output=output)


def texts_by_name(texts: Sequence[str], option: str, example: str) -> dict[str, str]:
    """Values of a repeated option ``NAME=VALUE``.

    Raises
    ------
    BadParameter
        For a text that is not that, or a name that stands twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise click.BadParameter(f"{text!r} is not written as {example}", param_hint=option)
        if name in found:
            raise click.BadParameter(f"{name!r} stands twice", param_hint=option)
        found[name] = value
    return found


def numbers_by_name(texts: Sequence[str], option: str, example: str) -> dict[str, float]:
    """Numbers of a repeated option ``NAME=NUMBER``.

    Raises
    ------
    BadParameter
        As :func:`texts_by_name`, and for what is no number.
    """
    found = {}
    for name, value in texts_by_name(texts, option, example).items():
        try:
            found[name] = float(value)
        except ValueError:
            raise click.BadParameter(f"{value!r} of {name} is no number; write {example}", param_hint=option) from None
    return found


def electrolyte_of(name: str | None, standard: Sequence[str], scale: str) -> Electrolyte | None:
    """The electrolyte of a command: a shipped one, one with potentials of ``--standard-potential``, or none.

    Raises
    ------
    PhysicsError
        For an electrolyte that is not known; the known ones are named.
    BadParameter
        For potentials that are no numbers.
    """
    from alkanode.thermo import Electrolyte, load_electrolyte

    own = texts_by_name(standard, "--standard-potential", "'K=-2.93 V'")
    volts = {metal: value if value[-1:].isalpha() else f"{value} V" for metal, value in own.items()}
    if name is None:
        return Electrolyte.from_potentials("the electrolyte at hand", scale=scale, **volts) if volts else None
    found = load_electrolyte(name)
    return found.with_potentials(scale=scale, **volts) if volts else found
