"""The series study: one YAML file that names many cells, their files and what to compute of each and of all together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from alkanode.data.mapping import load_yaml
from alkanode.foundation.errors import StudyError
from alkanode.studies.block import Block, DurationText, VoltageText, explain
from alkanode.studies.blocks import Analyses
from alkanode.studies.series_cells import SeriesCell, listed_cells, table_cells
from alkanode.studies.study import (
    DATA_VARIABLE,
    Study,
    StudyModel,
    checked_columns,
    control_files,
    data_folder,
    study_schema,
)

MARK = "cells"
"""Key that tells a series from a study of one cell."""


class SeriesEntry(Block):
    """One cell of a series."""

    name: str = Field("", description="Name in the report; default that of the cell")
    cell: str | dict[str, Any] = Field(description="As the key of that name of a study")
    files: list[str] = Field(min_length=1, description="Raw files of this cell; several form one history")


class Pooled(Block):
    """What is computed of all cells together."""

    cutoff: VoltageText | None = Field(
        None, description="Cut-off at which stripping tests are compared; default the best known"
    )
    area: Literal["final", "nominal"] = Field(
        "final", description="Area on which critical current densities are pooled"
    )
    allow_mixed: bool = Field(False, description="Whether different protocols are fitted and pooled together")
    resistance_at: DurationText = Field(
        "1 h", description="Time after assembly at which resistances of the circuit block are compared"
    )
    overlay: str | None = Field(
        None, description="Table (csv) of printed or digitised stripping capacities, shown beside"
    )


class SeriesModel(Block):
    """The content of a series file."""

    title: str = Field(min_length=1, description="Heading of the report")
    summary: str = Field("", description="What was measured and why, shown at the head of the report")
    cells: str | list[SeriesEntry] = Field(
        min_length=1, description="Cell table (csv) with a column 'files', relative to the series; or a list of cells"
    )
    time_zone: str = Field("", description="As for a study")
    columns: str = Field("", description="Column map (YAML) by which all files are read, relative to the series")
    data: str = Field("", description="Data folder, relative to the series; default the folder of the series")
    analyses: Analyses = Field(Analyses(), description="What to compute of each cell; as for a study")
    pooled: Pooled = Field(Pooled(), description="What to compute of all cells together")


class Series:
    """A series with its paths resolved.

    Attributes
    ----------
    model
        The content of the file.
    members
        One study per cell, in order; the title of each is the name of its cell.
    folders
        Name of the folder of each cell inside the output, unique.
    path
        Where the series was read from.
    overlay
        Table of points beside the tests, or ``None``.
    """

    def __init__(self, model: SeriesModel, *, members: tuple[Study, ...], path: Path, overlay: Path | None) -> None:
        self.model = model
        self.members = members
        self.folders = _folders([member.model.title for member in members])
        self.path = path
        self.overlay = overlay

    @classmethod
    def from_yaml(cls, path: str | Path, *, data: str | Path | None = None) -> Self:
        """Read a series.

        Parameters
        ----------
        path
            The YAML file.
        data
            Folder of the raw files; as for :meth:`Study.from_yaml`.

        Raises
        ------
        StudyError
            For unknown keys, wrong values, cells that are none, cells without files, or absent files.
        """
        file = Path(path)
        content = load_yaml(file)
        try:
            model = SeriesModel.model_validate(content)
        except ValidationError as cause:
            raise StudyError(f"{file.name} must be a valid series", found=explain(cause, SeriesModel)) from None
        cells = (
            table_cells(file.parent / model.cells)
            if isinstance(model.cells, str)
            else listed_cells([entry.model_dump() for entry in model.cells], file.parent)
        )
        overlay = None if model.pooled.overlay is None else file.parent / model.pooled.overlay
        if overlay is not None and not overlay.is_file():
            raise StudyError("the overlay of a series must exist", found=f"no file {overlay}")
        return cls(model, members=tuple(_member(model, one, file, data) for one in cells), path=file, overlay=overlay)


def is_series(path: str | Path) -> bool:
    """Whether a YAML file is a series: a mapping with the key ``cells``.

    Raises
    ------
    StudyError
        When the file is no readable YAML.
    """
    content = load_yaml(path)
    return isinstance(content, dict) and MARK in content


def _member(model: SeriesModel, one: SeriesCell, file: Path, data: str | Path | None) -> Study:
    """The study of one cell."""
    if not one.files:
        raise StudyError(f"cell {one.name!r} of {file.name} needs files", found="none", todo="Fill the column 'files'")
    try:
        inner = StudyModel(
            title=one.name,
            cell={},
            files=list(one.files),
            time_zone=model.time_zone,
            data=model.data,
            analyses=model.analyses,
        )
    except ValidationError as cause:
        raise StudyError(f"{file.name} must be a valid series", found=explain(cause, StudyModel)) from None
    folder = data_folder(inner, file, data)
    files = tuple(folder / name for name in one.files)
    absent = [str(name) for name in files if not name.is_file()]
    if absent:
        raise StudyError(
            f"every raw file of cell {one.name!r} must exist",
            found=f"no file {', '.join(absent)}",
            todo=f"Name the folder with --data or the environment variable {DATA_VARIABLE}",
        )
    columns = checked_columns(model.columns, file)
    controls = control_files(inner, folder)
    return Study(
        inner, cell=one.cell, files=files, path=file, cell_path=one.cell_path, columns=columns, controls=controls
    )


def _folders(names: list[str]) -> tuple[str, ...]:
    """A name of a folder per cell: letters, digits, dot, dash, underscore; unique also where case does not count."""
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._") or f"cell_{number}"
        taken = {one.lower() for one in found}
        found.append(plain if plain.lower() not in taken else f"{plain}_{number}")
    return tuple(found)


def series_schema() -> dict[str, Any]:
    """JSON Schema of a series file."""
    schema = SeriesModel.model_json_schema()
    study = study_schema()
    schema["$defs"] = {**study["$defs"], **schema["$defs"]}
    schema["$defs"]["SeriesEntry"]["properties"]["cell"]["anyOf"] = [{"type": "string"}, {"$ref": "#/$defs/Cell"}]
    return {"$schema": study["$schema"], **schema}


def file_schema() -> dict[str, Any]:
    """JSON Schema of a file that ``alkanode run`` takes: a series where it has the key ``cells``, else a study."""
    series, study = series_schema(), study_schema()
    definitions = {**study.pop("$defs"), **series.pop("$defs")}
    version = study.pop("$schema")
    series.pop("$schema")
    whole = {"if": {"required": [MARK]}, "then": {"$ref": "#/$defs/Series"}, "else": {"$ref": "#/$defs/Study"}}
    return {
        "$schema": version,
        "title": "alkanode run",
        **whole,
        "$defs": {**definitions, "Series": series, "Study": study},
    }
