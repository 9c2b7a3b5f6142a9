"""Readers of Battery Data Format tables (``.csv`` and ``.parquet``).

Layout of the text form: one line of column names, then one line per row, separated by commas. ``Test Time / s``,
``Voltage / V`` and ``Current / A`` (or their machine names) must be there. Metadata stand beside it, in
``NAME.metadata.json``. The parquet form has the same columns; its metadata are inside. See
:mod:`alkanode.io.bdf.columns` for names and for the sign of the current.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.bdf.columns import REQUIRED, identify
from alkanode.io.bdf.fields import (
    Array,
    bdf_history,
    identified,
    read_metadata,
    sidecar_of,
)
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.terminal import Terminal, checked_terminal
from alkanode.io.text_table import as_numbers, as_utf8, cells_of, doubt_words, text_columns

_PARQUET = b"PAR1"
_READS = (
    "time, voltage, current, start of the clock, steps and their types, cycles, capacities, temperature, set-points"
)


@dataclass(frozen=True, slots=True)
class BdfReader:
    """Reads Battery Data Format tables in text.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode. ``"positive"`` suits half and full cells whose working
        electrode is the cathode: charging oxidises it, and the numbers are taken as they are. ``"negative"`` turns the
        signs of current, charge and voltage. By default what the metadata beside the table say, else ``"positive"``.
    """

    working_electrode: Terminal | None = None

    name: ClassVar[str] = "bdf-csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".bdf")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Battery Data Format, text",
        reads=f"preferred labels (``Voltage / V``) and machine names (``voltage_volt``): {_READS}",
        verified="a table made from a Landt export (25 162 rows)",
    )

    def __post_init__(self) -> None:
        if self.working_electrode is not None:
            checked_terminal(self.working_electrode)

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first line of a file names the required columns."""
        line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", errors="replace")
        found = set()
        for label in cells_of(line, ","):
            try:
                known = identify(label)
            except ReaderError:
                continue
            found.add(known[0] if known else "")
        return len(found & set(REQUIRED)) >= 2

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling``. ``charge`` comes from the column of that name, else from the two capacity columns when both
            are there (resets removed), else from the current. ``attrs["bdf_working_electrode"]`` keeps which terminal
            was taken, and ``attrs["ignored_columns"]`` which columns have no place here.

        Raises
        ------
        ReaderError
            When a required column is absent or there twice, has an unknown unit, or holds no numbers.

        Warns
        -----
        DataQualityWarning
            When rows are incomplete and left out, cells are no numbers, lines have another width, the time looks like
            milliseconds, a capacity falls without beginning again, or every ambient temperature is exactly zero.
        """
        content = read_bytes(path)
        line, _, body = as_utf8(content, path.name).partition(b"\n")
        labels = cells_of(line.decode(), ",")
        wanted, ignored = identified(labels, path.name)
        if not body.strip():
            raise ReaderError(f"{path.name!r} must hold rows", found="a header only")
        places = sorted(place for place, _ in wanted.values())
        frame = text_columns(body, width=len(labels), places=places, delimiter=",", name=path.name)
        columns: dict[str, Array] = {}
        step_types = None
        for key, (place, factor) in wanted.items():
            texts = frame[f"c{place}"]
            if key == "step_type":
                step_types = texts
                continue
            values = as_numbers(texts)
            if key not in REQUIRED:
                doubt_words(texts, values, (), f"{path.name}: {key}")
            columns[key] = values * factor
        attrs = source_attrs(path, content, reader=self.name) | {"ignored_columns": ", ".join(ignored)}
        metadata = _beside(path, content)
        return bdf_history(columns, step_types, attrs, terminal=self.working_electrode, metadata=metadata)


@dataclass(frozen=True, slots=True)
class BdfParquetReader:
    """Reads Battery Data Format tables in parquet.

    Parameters
    ----------
    working_electrode
        As for :class:`BdfReader`; by default what the file says, else ``"positive"``.
    """

    working_electrode: Terminal | None = None

    name: ClassVar[str] = "bdf-parquet"
    suffixes: ClassVar[tuple[str, ...]] = (".parquet",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Battery Data Format, parquet",
        reads=f"as the text form: {_READS}",
        verified="tables that alkanode wrote, and one that polars wrote from a real text table",
    )

    def __post_init__(self) -> None:
        if self.working_electrode is not None:
            checked_terminal(self.working_electrode)

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether a file begins as parquet."""
        return head.startswith(_PARQUET)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            As :meth:`BdfReader.read`.

        Raises
        ------
        ReaderError
            When the file is no whole parquet file, or no Battery Data Format table.
        """
        content = read_bytes(path)
        frame, said = _parquet(content, path.name)
        wanted, ignored = identified(frame.columns, path.name)
        names = list(frame.columns)
        columns: dict[str, Array] = {}
        step_types = None
        for key, (place, factor) in wanted.items():
            column = frame[names[place]]
            if key == "step_type":
                step_types = column.cast(pl.String, strict=False)
                continue
            try:
                numbers = column.cast(pl.Float64, strict=False).fill_null(np.nan)
            except pl.exceptions.PolarsError as cause:
                raise ReaderError(f"{path.name!r} must hold numbers in {key}", found=str(column.dtype)) from cause
            columns[key] = numbers.to_numpy() * factor
        if frame.height == 0:
            raise ReaderError(f"{path.name!r} must hold rows", found="none")
        attrs = source_attrs(path, content, reader=self.name) | {"ignored_columns": ", ".join(ignored)}
        metadata = read_metadata(said["bdf"], path.name) if "bdf" in said else {}
        return bdf_history(columns, step_types, attrs, terminal=self.working_electrode, metadata=metadata)


def _parquet(content: bytes, name: str) -> tuple[pl.DataFrame, Mapping[str, str]]:
    if not (content.startswith(_PARQUET) and content.endswith(_PARQUET)):
        raise ReaderError(f"{name!r} must be a whole parquet file", found="another beginning or end; it may be cut off")
    try:
        return pl.read_parquet(io.BytesIO(content)), pl.read_parquet_metadata(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as cause:
        found = (str(cause).splitlines() or [type(cause).__name__])[0]
        raise ReaderError(f"{name!r} must be a whole parquet file", found=found[:200]) from cause


def _beside(path: Path, content: bytes) -> dict[str, Any]:
    """Metadata in the file beside a table, as long as they speak of this very table."""
    sidecar = sidecar_of(path)
    if not sidecar.is_file():
        return {}
    metadata = read_metadata(sidecar.read_text(encoding="utf-8", errors="replace"), path.name)
    same = metadata.get("sha256") in (None, hashlib.sha256(content).hexdigest())
    return metadata if same else {}


def metadata_text(entries: Mapping[str, Any], version: str) -> str:
    """Metadata as JSON: the version of the ontology that the columns follow, and what alkanode adds."""
    return json.dumps({"bdf_ontology_version": version, "alkanode": dict(entries)}, indent=2)
