"""One self-contained HTML page per study: it asks nothing of the network."""

from __future__ import annotations

from pathlib import Path

from alkanode.data.store import provenance
from alkanode.foundation.sources import bibliography
from alkanode.plot import plotly_script
from alkanode.report.cell_rows import cell_rows
from alkanode.report.sections import reference, section, template
from alkanode.studies import Outcome


def write_report(outcome: Outcome, path: str | Path) -> Path:
    """Write the report of a study.

    Parameters
    ----------
    outcome
        What :func:`alkanode.studies.run_study` returned.
    path
        The HTML file.

    Returns
    -------
    Path
        The file written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_report(outcome), encoding="utf-8")
    return target


def render_report(outcome: Outcome) -> str:
    """The report of a study as one HTML text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    parts = outcome.ordered
    drawn = {name for part in parts for name in part.figures}
    origin = provenance(inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs})
    keys = dict.fromkeys(key for part in outcome.parts for key in part.sources)
    return environment.get_template("report.html.jinja").render(
        title=outcome.study.model.title,
        summary=outcome.study.model.summary,
        cell_name=outcome.study.cell.name,
        cell=cell_rows(outcome.study.cell),
        files=_file_rows(outcome),
        findings=[(part.title, sentence) for part in parts for sentence in part.findings],
        sections=[section(part, outcome.study.cell.effective_area, drawn) for part in parts],
        skipped=outcome.skipped,
        not_applicable=outcome.not_applicable,
        failed=outcome.failed,
        interrupted=outcome.interrupted,
        warnings=outcome.warnings,
        origin=origin,
        settings=outcome.study.model.analyses.model_dump(),
        sources=[reference(bibliography()[key]) for key in keys],
        bibtex="\n\n".join(bibliography()[key] for key in keys),
        plotly=plotly_script() if any(part.figures for part in parts) else "",
    )


def _file_rows(outcome: Outcome) -> list[dict[str, str]]:
    return [{"file": entry["file"], "sha256": entry["sha256"]} for entry in outcome.inputs]
