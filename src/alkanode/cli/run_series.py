"""``alkanode run`` for a series of cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.main import EXIT_INTERRUPTED, EXIT_PARTIAL

if TYPE_CHECKING:
    from alkanode.studies import SeriesOutcome


def execute_series(path: Path, output: Path, *, data: Path | None, as_json: bool) -> int:
    """Run a series file and write everything; returns the exit code."""
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies import Series, run_series

    outcome = run_series(Series.from_yaml(path, data=data), output, progress=TextProgress())
    command = click.get_current_context().command_path
    try:
        text, report = _publish(outcome, output, command)
    except KeyboardInterrupt:
        outcome.interrupted = True
        text, report = _publish(outcome, output, command)
    if as_json:
        click.echo(text)
    else:
        reused = sum(member.reused for member in outcome.members)
        click.echo(
            f"{len(outcome.members)} of {len(outcome.series.members)} cells, {reused} of them from an earlier run"
        )
        for part in outcome.parts:
            for sentence in part.findings:
                click.echo(f"- {sentence}")
        for name, reason in {**outcome.skipped, **outcome.not_applicable}.items():
            click.echo(f"not computed, {name}: {reason}")
        click.echo(f"{len(outcome.warnings)} warnings; report: {report}")
    for name, reason in outcome.failed.items():
        click.echo(f"alkanode: {name} failed: {reason}", err=True)
    if outcome.interrupted:
        click.echo("alkanode: interrupted; what had been computed is written", err=True)
        return EXIT_INTERRUPTED
    return EXIT_PARTIAL if outcome.failed else 0


def _publish(outcome: SeriesOutcome, output: Path, command: str) -> tuple[str, Path]:
    """Write ``results.json`` and ``report.html``; return the text of the first and the path of the second."""
    from alkanode.report import write_series_report

    whole = outcome.to_json(command)
    whole["results"]["files"] = {
        "report": "report.html",
        "cells": "cells",
        "records": "records",
        "figures": "figures",
        "written": [path.relative_to(output).as_posix() for path in outcome.written],
    }
    text = json.dumps(whole, indent=2)
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(text + "\n", encoding="utf-8")
    return text, write_series_report(outcome, output / "report.html")
