"""Tables of an Arbin file (``.res``, a Jet database), by one of two ways.

The program ``mdb-export`` of mdbtools reads a table in milliseconds and may not be installed; the package
access-parser is pure Python, reads some thousand rows per second, and comes with the extra ``arbin``. Both give the
same numbers, to the eight digits to which the program writes single-precision columns.

Rows of a database have no order. A damaged database can lead a reader in circles, so both ways are bounded: the program
in time and in length of its answer, the package in the number of jumps from page to page.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import require
from alkanode.io.doubts import doubts_of

Way = Literal["auto", "mdbtools", "access-parser"]
WAYS: tuple[Way, ...] = ("auto", "mdbtools", "access-parser")

Table = dict[str, npt.NDArray[Any]]
"""Name of the column -> numbers, or texts."""

LARGEST_ANSWER = 64
"""Times the size of the file that a program may answer with; text of numbers is 2 to 3 times as long as they are."""

SECONDS, SECONDS_PER_BYTE = 3.0, 1e-6
"""Time that the program may take for a file: ten times what it takes for a sound one, and a start on a busy computer."""

MOST_JUMPS = 1000
"""Jumps from page to page that a database may take. A measured file takes 62, for its catalogue; rows take none."""


def read_tables(
    path: Path, size: int, wanted: Mapping[str, Sequence[str]], *, way: Way, time_limit: float | None
) -> tuple[dict[str, Table], dict[str, int], str]:
    """Read tables of a database.

    Parameters
    ----------
    path
        The file.
    size
        Its length in bytes.
    wanted
        Name of each table -> its columns of text; every other column is taken for numbers.
    way
        ``"auto"`` takes mdbtools where it is on the path of programs, else access-parser.
    time_limit
        Seconds that the program may take for all tables; ``None`` for as long as the size of the file allows.

    Returns
    -------
    dict
        Name of the table -> columns in the order of the file; a table that is not there is left out.
    dict
        Name of the table -> number of rows that the file says it has, where it says so.
    str
        The way that was taken.

    Raises
    ------
    ReaderError
        When the database is broken, or the way that was asked for is not installed.
    MissingExtraError
        When neither way is installed.
    """
    program = shutil.which("mdb-export")
    if way == "mdbtools" and program is None:
        raise ReaderError("the program mdb-export is needed", found="none on the path", todo="Install mdbtools")
    if program is not None and way != "access-parser":
        return *_by_program(program, path, size, wanted, time_limit), "mdbtools"
    return *_by_package(path, wanted), "access-parser"


def _by_program(
    program: str, path: Path, size: int, wanted: Mapping[str, Sequence[str]], time_limit: float | None
) -> tuple[dict[str, Table], dict[str, int]]:
    source = str(path.resolve())
    limit = time_limit if time_limit is not None else SECONDS + SECONDS_PER_BYTE * size
    until = time.monotonic() + limit
    counter = shutil.which("mdb-count")
    tables, counts = {}, {}
    for table, texts in wanted.items():
        answer = _answer([program, source, table], size, until, path.name)
        if not answer.strip():
            continue
        tables[table] = _numbers(answer, texts, path.name)
        count = _answer([counter, source, table], size, until, path.name).strip() if counter else b""
        if count.isdigit():
            counts[table] = int(count)
    return tables, counts


def _answer(command: list[str], size: int, until: float, name: str) -> bytes:
    """What a program writes; empty where it says that there is no such table."""
    most = LARGEST_ANSWER * size + 65536
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    late = threading.Event()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:

        def stop() -> None:
            late.set()
            process.kill()

        begun = time.monotonic()
        timer = threading.Timer(max(0.0, until - begun), stop)
        timer.start()
        try:
            assert process.stdout is not None
            answer = process.stdout.read(most + 1)
            if len(answer) > most:
                process.kill()
            code = process.wait()
        finally:
            timer.cancel()
    what = Path(command[0]).name
    if late.is_set() or len(answer) > most:
        found = f"{what} still writing after {time.monotonic() - begun:.2g} s or {len(answer)} bytes"
    elif code < 0:
        found = f"{what} ended by signal {-code}"
    else:
        return answer if code == 0 else b""
    raise ReaderError(f"{name!r} must be a whole database", found=found, todo="Copy the file again")


def _numbers(answer: bytes, texts: Sequence[str], name: str) -> Table:
    """Columns of a comma-separated answer; what is no number becomes NaN."""
    try:
        frame = pl.read_csv(io.BytesIO(answer), infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True)
    except pl.exceptions.PolarsError as cause:
        raise ReaderError(f"{name!r} must be a whole database", found=(str(cause).splitlines() or [""])[0]) from cause
    columns: Table = {}
    for key in frame.columns:
        if key in texts:
            columns[key] = frame[key].fill_null("").to_numpy()
        else:
            columns[key] = frame[key].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    return columns


def _by_package(path: Path, wanted: Mapping[str, Sequence[str]]) -> tuple[dict[str, Table], dict[str, int]]:
    parser = _bounded_parser(require("access_parser", extra="arbin"))
    tables, counts = {}, {}
    try:
        with doubts_of("access_parser", path.name):
            database = parser(str(path))
            for name, texts in wanted.items():
                if name not in database.catalog:
                    continue
                table = database.get_table(name)
                counts[name] = int(table.table_header.number_of_rows)
                parsed = table.parse() if table.table.linked_pages else {}
                tables[name] = {
                    key: np.asarray([str(value or "") for value in values])
                    if key in texts
                    else np.asarray([_number(value) for value in values])
                    for key, values in parsed.items()
                }
    except ReaderError:
        raise
    except Exception as cause:
        raise ReaderError(
            f"{path.name!r} must be a whole database",
            found=f"{type(cause).__name__} in access-parser: {(str(cause).splitlines() or ['no reason'])[0][:120]}",
            todo="Copy the file again, or install mdbtools",
        ) from cause
    return tables, counts


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


@cache
def _bounded_parser(package: ModuleType) -> Any:
    """The parser of the package, with a bound on the jumps that a circle of damaged pointers would make endless."""

    class Bounded(package.AccessParser):  # type: ignore[name-defined, misc]
        def _link_tables_to_data(self) -> Any:
            for pages in ("_table_defs", "_data_pages"):
                setattr(self, pages, _Pages(getattr(self, pages)))
            return super()._link_tables_to_data()

    return Bounded


class _Pages(dict[int, bytes]):
    """Pages of a database; the package jumps from one to another by ``get``."""

    jumps = 0

    def get(self, key: int, default: Any = None) -> Any:
        """The page at an offset."""
        self.jumps += 1
        if self.jumps > MOST_JUMPS:
            raise ReaderError("the pages of a database must not lead in a circle", found=f"{MOST_JUMPS} jumps")
        return super().get(key, default)
