"""``alkanode design``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import emit, json_option, output_option


@click.command()
@click.argument("cell", type=click.Path(path_type=Path))
@click.option(
    "--limits",
    default="1 V",
    show_default=True,
    help="What ends a strip or rules a cell out, separated by commas: a voltage, a least capacity ('2 mAh cm-2'), a least share of "
    "the fresh contact ('contact 0.2').",
)
@click.option("--alloy", "alloys", multiple=True, help="Alloy to try; default NaK50, NaK65 and NaK80.")
@click.option("--volume", "volumes", multiple=True, help="Drop of alloy per electrode, for example '4 uL'.")
@click.option("--temperature", "temperatures", multiple=True, help="For example '40 degC'.")
@click.option("--pressure", "pressures", multiple=True, help="For example '2 MPa'.")
@click.option(
    "--current", "currents", multiple=True, help="For example '0.5 mA cm-2'; default 0.25, 0.5 and 1 mA cm-2."
)
@click.option("--pulse", "pulses", multiple=True, help="Time stripping and time at rest, for example '1 h, 10 min'.")
@click.option("--parameters", default="Wu2025", show_default=True, help="Parameter set by name, or a YAML file of one.")
@click.option(
    "--next-experiment", "discriminate", is_flag=True, help="Instead: the experiment that tells variants apart."
)
@json_option
@output_option
def design(
    cell: Path,
    limits: str,
    alloys: tuple[str, ...],
    volumes: tuple[str, ...],
    temperatures: tuple[str, ...],
    pressures: tuple[str, ...],
    currents: tuple[str, ...],
    pulses: tuple[str, ...],
    parameters: str,
    discriminate: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Search cells like CELL for charge that can be stripped under limits, or choose the next experiment.

    Options may be given several times; every combination is tried. Life is not searched for: the model does not age.
    """
    from alkanode.data import open_cell
    from alkanode.studies.design.design_part import design_part, next_experiment_part
    from alkanode.studies.design.discrimination import next_experiment
    from alkanode.studies.design.search import ALLOYS, CURRENTS, Limits
    from alkanode.studies.design.search import design as search
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    base = open_cell(cell)
    with gathered_warnings(caught):
        if discriminate:
            part = next_experiment_part(next_experiment(cell=base, parameters=parameters))
        else:
            part = design_part(
                search(
                    base,
                    alloys=alloys or ALLOYS,
                    currents=currents or CURRENTS,
                    alloy_volumes=volumes,
                    temperatures=temperatures,
                    pressures=pressures,
                    pulses=[read_pulse(text) for text in pulses],
                    limits=Limits(**read_limits(limits)),
                    parameters=parameters,
                )
            )
    emit(part, inputs=[cell], warnings=caught, as_json=as_json, output=output)


def read_pulse(text: str) -> tuple[str, str]:
    """Two times of ``--pulse``.

    Raises
    ------
    StudyError
        For anything else.
    """
    from alkanode.foundation.errors import StudyError

    on, comma, off = (part.strip() for part in text.partition(","))
    if not (comma and on and off):
        raise StudyError(
            "a pulse is two times, stripping and at rest", found=repr(text), todo="For example '1 h, 10 min'"
        )
    return on, off


def read_limits(text: str) -> dict[str, float]:
    """Limits of ``--limits`` in SI.

    Raises
    ------
    StudyError
        For a part that is no voltage, areal capacity, or contact share.
    """
    from alkanode.foundation.errors import StudyError, UnitsError
    from alkanode.foundation.units import to_si

    found: dict[str, float] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        word, _, rest = part.partition(" ")
        try:
            if word == "contact":
                found["contact"] = float(rest)
                continue
        except ValueError:
            rest = ""
        for name in ("voltage", "areal_capacity"):
            try:
                found[name] = float(to_si(part, name))
                break
            except UnitsError:
                continue
        else:
            raise StudyError(
                "a limit is a voltage, an areal capacity or 'contact' with a share",
                found=repr(part),
                todo="For example '1 V, 2 mAh cm-2, contact 0.2'",
            )
    return found
