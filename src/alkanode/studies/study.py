"""The study: one YAML file that names a cell, its files, and what to compute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError, model_validator

from alkanode.data.cell import CELL_KEYS, Cell
from alkanode.data.cell_parts import ELECTRODE_KEYS, ELECTROLYTE_KEYS
from alkanode.data.cell_table import cell_file, open_cell
from alkanode.data.mapping import load_yaml
from alkanode.foundation.errors import StudyError
from alkanode.foundation.units import to_si
from alkanode.io import ColumnMap
from alkanode.studies.block import Block, Truth, explain
from alkanode.studies.blocks import Analyses

DATA_VARIABLE = "ALKANODE_DATA"
"""Environment variable that names the folder of the raw files, where neither study nor caller does."""


def _zone(text: str) -> str:
    try:
        if text:
            ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must be an IANA name such as 'Europe/Berlin', not {text!r}") from None
    return text


class StudyModel(Block):
    """The content of a study file."""

    title: str = Field(min_length=1)
    summary: str = Field("", description="What was measured and why, shown at the head of the report")
    cell: str | dict[str, Any] = Field(
        description="Cell file (YAML) or row of a cell table (cells.csv#NAME), relative to the study; or the cell itself"
    )
    files: list[str] = Field(
        [],
        description="Raw files, relative to the data folder; several form one history; none where only scans are read",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "", description="IANA zone of clocks that do not say theirs, where files with and without mix"
    )
    columns: str = Field(
        "",
        description="Column map (YAML) by which the files are read, relative to the study; for text tables of any maker",
    )
    data: str = Field("", description="Data folder, relative to the study; default the folder of the study")
    analyses: Analyses = Analyses()
    truth: dict[str, Truth] = Field({}, description="Known values by 'part.name', compared with what was recovered")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.files and self.analyses.tomography is None:
            raise ValueError("files need at least one entry, unless scans are named in analyses.tomography")
        return self


class Study:
    """A study with its paths resolved.

    Attributes
    ----------
    model
        The content of the file.
    cell
        The cell.
    files
        Raw files, absolute.
    path, cell_path
        Where study and cell were read from; ``cell_path`` is ``None`` for a cell inside the study.
    columns
        Column map of the raw files, or ``None`` where their content chooses the reader.
    controls
        Raw files of control cells, one per cell.
    data
        Folder of the raw files.
    """

    def __init__(
        self,
        model: StudyModel,
        *,
        cell: Cell,
        files: tuple[Path, ...],
        path: Path,
        cell_path: Path | None,
        columns: Path | None = None,
        controls: tuple[Path, ...] = (),
        data: Path | None = None,
    ) -> None:
        self.model = model
        self.cell = cell
        self.files = files
        self.path = path
        self.cell_path = cell_path
        self.columns = columns
        self.controls = controls
        self.data = path.parent if data is None else data

    @classmethod
    def from_yaml(cls, path: str | Path, *, data: str | Path | None = None) -> Self:
        """Read a study.

        Parameters
        ----------
        path
            The YAML file.
        data
            Folder of the raw files; default the study's ``data``, then the environment variable ``ALKANODE_DATA``,
            then the study's own folder.

        Raises
        ------
        StudyError
            For unknown keys, wrong values, an absent cell file, column map or raw file; the message names the key.
        """
        file = Path(path)
        content = load_yaml(file)
        if not isinstance(content, dict):
            raise StudyError(f"{file.name} must be a mapping with title, cell and files", found=type(content).__name__)
        try:
            model = StudyModel.model_validate(content)
        except ValidationError as cause:
            raise StudyError(f"{file.name} must be a valid study", found=explain(cause, StudyModel)) from None
        cell_path: Path | None = None
        if isinstance(model.cell, str):
            cell = open_cell(file.parent / model.cell)
            cell_path = cell_file(file.parent / model.cell)
        else:
            cell = Cell.from_mapping(model.cell)
        for name, known in model.truth.items():
            to_si(known.value, known.quantity)
            if "." not in name:
                raise StudyError(
                    "a truth is named 'part.name'", found=repr(name), todo="Write for example 'stripping.charge_at_1_V'"
                )
        folder = data_folder(model, file, data)
        files = tuple(folder / name for name in model.files)
        absent = [str(name) for name in files if not name.is_file()]
        if absent:
            raise StudyError(
                "every raw file of a study must exist",
                found=f"no file {', '.join(absent)}",
                todo=f"Name the folder with --data or the environment variable {DATA_VARIABLE}",
            )
        columns = checked_columns(model.columns, file)
        controls = control_files(model, folder)
        return cls(
            model,
            cell=cell,
            files=files,
            path=file,
            cell_path=cell_path,
            columns=columns,
            controls=controls,
            data=folder,
        )


def control_files(model: StudyModel, folder: Path) -> tuple[Path, ...]:
    """Files of the control cells that the circuit block names, in the data folder.

    Raises
    ------
    StudyError
        When one does not exist.
    """
    circuit = model.analyses.circuit
    found = () if circuit is None else tuple(folder / name for name in circuit.control)
    absent = [str(path) for path in found if not path.is_file()]
    if absent:
        raise StudyError("every file of a control cell must exist", found=f"no file {', '.join(absent)}")
    return found


def checked_columns(name: str, study: Path) -> Path | None:
    """The column map that a study or a series names, read once so that its mistakes come first; ``None`` without a name.

    Raises
    ------
    StudyError
        When the file is absent or no column map.
    """
    if not name:
        return None
    path = study.parent / name
    ColumnMap.from_yaml(path)
    return path


def data_folder(model: StudyModel, study: Path, given: str | Path | None) -> Path:
    """Folder of the raw files: the given one, else the study's ``data``, else the environment's, else the study's own."""
    if given is not None:
        return Path(given)
    if model.data:
        return study.parent / model.data
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else study.parent


def study_schema() -> dict[str, Any]:
    """JSON Schema of a study file, for editors and validators; the keys of a cell inside the study included."""
    schema = StudyModel.model_json_schema()
    schema["properties"]["cell"]["anyOf"] = [{"type": "string"}, {"$ref": "#/$defs/Cell"}]
    schema["$defs"] |= _cell_schemas()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _cell_schemas() -> dict[str, Any]:
    """Schemas of a cell and its parts: known keys; a quantity is text with a unit, or a number in SI."""

    def block(keys: tuple[str, ...], required: list[str], **typed: dict[str, Any]) -> dict[str, Any]:
        quantity = {"type": ["string", "number", "null"]}
        properties = {key: typed.get(key, quantity) for key in keys}
        return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}

    def part(name: str) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, {"$ref": f"#/$defs/{name}"}]}

    stages = {"type": "array", "items": {"$ref": "#/$defs/PressureStage"}}
    role = {"enum": ["working", "counter"]}
    single_ion = {"type": ["boolean", "null"]}
    return {
        "Cell": block(
            CELL_KEYS,
            ["anode"],
            anode=part("Electrode"),
            counter=part("Electrode"),
            electrolyte=part("Electrolyte"),
            anode_role=role,
            pressure_history=stages,
        ),
        "Electrode": block((*ELECTRODE_KEYS, "role"), ["material"], role=role),
        "Electrolyte": block(ELECTROLYTE_KEYS, ["material"], single_ion=single_ion),
        "PressureStage": block(("pressure", "duration", "stage", "kind"), ["pressure"]),
    }
