"""``alkanode run`` and ``alkanode schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.main import EXIT_INTERRUPTED, EXIT_PARTIAL
from alkanode.cli.output import json_option

if TYPE_CHECKING:
    from alkanode.studies import Outcome


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write."
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the raw files.")
@json_option
def run(study: Path, output: Path, data: Path | None, as_json: bool) -> int:
    """Run a STUDY: read its raw files, compute, write report.html and results.json.

    A STUDY with the key 'cells' is a series: each cell is run, then all of them together; cells that an earlier run
    finished are taken up again. Exit code 3 says that parts failed; what was computed is written all the same.
    """
    from alkanode.studies import is_series

    if is_series(study):
        from alkanode.cli.run_series import execute_series

        return execute_series(study, output, data=data, as_json=as_json)
    return execute(study, output, data=data, as_json=as_json)


def execute(study: Path, output: Path, *, data: Path | None, as_json: bool) -> int:
    """Run a study file and write everything; returns the exit code."""
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies import Study, run_study

    command = click.get_current_context().command_path
    outcome = run_study(
        Study.from_yaml(study, data=data),
        output,
        progress=TextProgress(),
        on_update=lambda so_far: _renew(so_far, output, command),
    )
    try:
        text, report = _publish(outcome, output, command)
    except KeyboardInterrupt:
        outcome.interrupted = True
        text, report = _publish(outcome, output, command)
    if as_json:
        click.echo(text)
    else:
        for part in outcome.ordered:
            for sentence in part.findings:
                click.echo(f"- {sentence}")
        for name, reason in outcome.skipped.items():
            click.echo(f"not computed, {name}: {reason}", err=True)
        count = len(outcome.warnings)
        click.echo(f"{count} warning{'' if count == 1 else 's'}; report: {report}")
    for name, reason in outcome.failed.items():
        click.echo(f"alkanode: {name} failed: {reason}", err=True)
    if outcome.interrupted:
        click.echo("alkanode: interrupted; what had been computed is written", err=True)
        return EXIT_INTERRUPTED
    return EXIT_PARTIAL if outcome.failed else 0


def _renew(outcome: Outcome, output: Path, command: str) -> None:
    """Renew the report while a study goes on."""
    _, report = _publish(outcome, output, command)
    click.echo(f"report renewed: {report}", err=True)


def _publish(outcome: Outcome, output: Path, command: str) -> tuple[str, Path]:
    """Write ``results.json`` and ``report.html``; return the text of the first and the path of the second."""
    from alkanode.report import write_report

    whole = outcome.to_json(command)
    whole["results"]["files"] = {
        "report": "report.html",
        "records": "records",
        "figures": "figures",
        "written": [path.relative_to(output).as_posix() for path in outcome.written],
    }
    text = json.dumps(whole, indent=2)
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(text + "\n", encoding="utf-8")
    return text, write_report(outcome, output / "report.html")


@click.command()
def schema() -> None:
    """Print the JSON Schema of a study or series file, for editors."""
    from alkanode.studies import file_schema

    click.echo(json.dumps(file_schema(), indent=2))
