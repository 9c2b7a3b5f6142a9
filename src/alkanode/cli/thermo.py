"""``alkanode thermo window|path|diagram``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import emit, json_option, output_option

_temperature = click.option(
    "--temperature", default="25 degC", show_default=True, help="For example '25 degC' or '298 K'."
)
_spread = click.option(
    "--temperature-uncertainty", "spread", default="2 K", show_default=True, help="Half width of the interval."
)


@click.group()
def thermo() -> None:
    """Phase equilibria of alkali alloys."""


@thermo.command()
@click.argument("system", default="Na-K")
@_temperature
@_spread
@json_option
@output_option
def window(system: str, temperature: str, spread: str, as_json: bool, output: Path | None) -> None:
    """Composition range in which SYSTEM (default Na-K) is fully liquid; fractions are those of K."""
    from alkanode.studies import Part, worded
    from alkanode.studies.runner import gathered_warnings
    from alkanode.thermo import invariants, liquid_window, window_estimates

    caught: list[str] = []
    with gathered_warnings(caught):
        record = liquid_window(system, temperature=temperature, temperature_uncertainty=spread)
        estimates = window_estimates(record)
        fixed = [
            {
                "kind": point.kind,
                "temperature_K": point.temperature,
                "phases": list(point.branches),
                "mole_fractions_of_K": [1 - float(x) for x in point.compositions],
            }
            for point in invariants(system)
        ]
    sentence = (
        f"At {temperature} {system} is liquid from {worded(estimates['mass_fraction_lower'])} to "
        f"{worded(estimates['mass_fraction_upper'])} K, which is {worded(estimates['mole_fraction_lower'])} to "
        f"{worded(estimates['mole_fraction_upper'])} K; intervals cover +-{spread}."
    )
    part = Part(
        name="liquid_window",
        title="Liquid window",
        estimates=estimates,
        details={"system": system, "fractions_of": "K", "temperature": temperature, "invariants": fixed},
        records={"liquid_window": record},
        findings=(sentence,),
    )
    emit(part, warnings=caught, as_json=as_json, output=output)


@thermo.command()
@click.argument("alloy")
@click.option("--ion", default="Na+", show_default=True, help="Working ion: which metal is stripped.")
@_temperature
@_spread
@json_option
@output_option
def path(alloy: str, ion: str, temperature: str, spread: str, as_json: bool, output: Path | None) -> None:
    """Phases and capacities of ALLOY (NaK50, Na50K50, ...) while one metal is stripped."""
    from alkanode.plot.describe_thermo import phase_diagram as describe
    from alkanode.studies import Part
    from alkanode.studies.runner import gathered_warnings
    from alkanode.thermo import path_estimates, phase_diagram, stripping_path

    caught: list[str] = []
    with gathered_warnings(caught):
        record = stripping_path(alloy, ion, temperature=temperature, temperature_uncertainty=spread)
        figures = {"phase_diagram": describe(phase_diagram("Na-K"), paths=(record,))} if output is not None else {}
    part = Part(
        name="stripping_path",
        title=f"Stripping {ion} from {alloy} at {temperature}",
        estimates=path_estimates(record),
        details={"alloy": alloy, "ion": ion, "temperature": temperature},
        records={"stripping_path": record},
        figures=figures,
    )
    emit(part, warnings=caught, as_json=as_json, output=output)


@thermo.command()
@click.argument("system", default="Na-K")
@click.option("--from", "low", default="240 K", show_default=True, help="Lowest temperature.")
@click.option("--to", "high", default="380 K", show_default=True, help="Highest temperature.")
@click.option("--alloy", "alloys", multiple=True, help="Draw the path of this alloy; may stand several times.")
@_temperature
@click.option("--basis", type=click.Choice(["mass", "mole"]), default="mass", show_default=True)
@json_option
@output_option
def diagram(
    system: str,
    low: str,
    high: str,
    alloys: tuple[str, ...],
    temperature: str,
    basis: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Phase diagram of SYSTEM (default Na-K); -o writes the figure and its data."""
    from alkanode.foundation.sources import Estimate
    from alkanode.plot.describe_thermo import phase_diagram as describe
    from alkanode.studies import Part
    from alkanode.studies.runner import gathered_warnings
    from alkanode.thermo import invariants, load_assessment, phase_diagram, stripping_path

    caught: list[str] = []
    with gathered_warnings(caught):
        record = phase_diagram(system, (low, high))
        paths = tuple(stripping_path(alloy, temperature=temperature) for alloy in alloys)
        fixed = invariants(system)
    resting = load_assessment(system).label
    estimates = {
        _name(point.kind, point.compositions[0]): Estimate(
            value=point.temperature, unit="K", quantity="temperature", label=resting
        )
        for point in fixed
    }
    part = Part(
        name="phase_diagram",
        title=f"Phase diagram of {system}",
        estimates=estimates,
        details={"system": system, "lines": int(record.sizes["line"])},
        records={"phase_diagram": record},
        figures={"phase_diagram": describe(record, paths=paths, basis="mass" if basis == "mass" else "mole")},
    )
    emit(part, warnings=caught, as_json=as_json, output=output)


def _name(kind: str, sodium: float) -> str:
    """Name of an invariant point; melting points carry their metal."""
    return f"melting_temperature_of_{'Na' if sodium > 0.5 else 'K'}" if kind == "melting" else f"{kind}_temperature"
