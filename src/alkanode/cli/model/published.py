"""``alkanode compare --published``: printed figures beside the cell models."""

from __future__ import annotations

from pathlib import Path

from alkanode.cli.output import emit


def emit_published(*, paper: str | None = None, as_json: bool = False, output: Path | None = None) -> None:
    """Print one row per printed figure, alloys held out and laws compared; with ``as_json`` one JSON object.

    Raises
    ------
    StudyError
        For a paper without figures.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.calibration.published import published_model_part
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    with gathered_warnings(caught):
        part = published_model_part(paper=paper, progress=TextProgress())
    emit(part, warnings=caught, as_json=as_json, output=output)
