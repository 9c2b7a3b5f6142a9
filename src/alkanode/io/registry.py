"""Open any measured file: look inside, choose a reader, read.

Readers are plug-ins of the entry-point group ``alkanode.readers``. They are listed without being imported, and
chosen by the content of a file; its suffix only raises a doubt when it disagrees.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias, cast, runtime_checkable

import xarray as xr

from alkanode.data.clock import chain_histories, from_first_row
from alkanode.foundation.errors import AlkanodeWarning, DataQualityWarning, ReaderError, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.io.format_info import FormatInfo

GROUP = "alkanode.readers"
HEAD = 4096
"""Bytes at the beginning of a file that readers may look at."""

PathLike: TypeAlias = "str | Path"


@runtime_checkable
class Reader(Protocol):
    """What a reader offers; its class is named by an entry point.

    A class attribute ``last_resort = True`` says that others are asked first. A method ``accepts(path) -> bool`` may look
    further into a file that was recognised; with ``folders = True`` it is asked about folders too.

    Attributes
    ----------
    name
        Name to give to :func:`open_record`; that of the entry point.
    suffixes
        Usual endings of its files, for doubts only.
    about
        Its line in the table of formats.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    about: ClassVar[FormatInfo]

    def sniff(self, head: bytes) -> bool:
        """Whether the first 4096 bytes of a file are of this format."""
        ...

    def read(self, path: Path) -> xr.DataTree:
        """Read a file into a history; raise ``ReaderError`` where that fails."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInfo:
    """One reader in the list.

    Attributes
    ----------
    name
        Name to give to :func:`open_record`.
    target
        Module and class.
    package, version
        Installed package that brings it.
    """

    name: str
    target: str
    package: str
    version: str


def list_readers() -> list[ReaderInfo]:
    """List the installed readers, without importing them.

    Returns
    -------
    list of ReaderInfo
        Sorted by name.

    Examples
    --------
    >>> "biologic-mpr" in [reader.name for reader in list_readers()]
    True
    """
    return [
        ReaderInfo(
            name=point.name,
            target=point.value,
            package=point.dist.name if point.dist else "unknown",
            version=point.dist.version if point.dist else "unknown",
        )
        for point in _points()
    ]


def load_readers() -> list[Reader]:
    """Load every installed reader, with what it says of its format.

    Returns
    -------
    list of Reader
        Sorted by name.

    Raises
    ------
    ReaderError
        When one cannot be loaded.

    Examples
    --------
    >>> [reader.about.title for reader in load_readers() if reader.name == "bdf-csv"]
    ['Battery Data Format, text']
    """
    return [_load(point) for point in _points()]


def open_record(path: PathLike, *, reader: str | Reader | None = None) -> xr.Dataset:
    """Open a file that holds one kind of data.

    Parameters
    ----------
    path
        The file.
    reader
        Name of a reader (see :func:`list_readers`) or a reader object with options of its own. By default the
        content of the file decides.

    Returns
    -------
    Dataset
        A record ``impedance`` when every row belongs to a sweep, else a record ``cycling``; of a scan of a tomograph a
        record ``projections``.

    Raises
    ------
    SchemaError
        When the file holds both a voltage history and spectra: :func:`open_history` opens it.
    ReaderError
        As :func:`open_history`.
    """
    history = open_history(path, reader=reader)
    if "projections" in history:
        return history["projections"].to_dataset()
    if "impedance" not in history:
        return history["cycling"].to_dataset()
    if "cycling" in history and not bool(history["cycling"]["in_sweep"].all()):
        apart = int((~history["cycling"]["in_sweep"]).sum())
        raise SchemaError(
            "open_record needs a file with one kind of data",
            found=f"{apart} rows of cycling beside {history['impedance'].sizes['spectrum']} spectra in {Path(path).name!r}",
            todo="Use open_history, which returns both",
        )
    return history["impedance"].to_dataset()


def open_history(
    paths: PathLike | Sequence[PathLike],
    *,
    reader: str | Reader | None = None,
    time_zone: str = "",
    progress: Progress | None = None,
) -> xr.DataTree:
    """Open everything a file, or a chain of files of one experiment, holds.

    Parameters
    ----------
    paths
        One file, or several that belong to one experiment; these are put on one clock.
    reader
        Name of a reader (see :func:`list_readers`) or a reader object with options of its own. By default the
        content of each file decides.
    time_zone
        IANA name of the zone of clocks that do not say theirs; see :func:`alkanode.data.chain_histories`.
    progress
        Told after each file.

    Returns
    -------
    DataTree
        ``cycling``: all rows, those of impedance sweeps marked by ``in_sweep``; ``impedance``, where there are
        sweeps: one spectrum per sweep; ``projections`` alone, of a scan of a tomograph.

    Raises
    ------
    ReaderError
        When a file is absent, a folder, empty, of no known format, or broken, and when a reader cannot be loaded.
    SchemaError
        When a chain cannot be put on one clock.

    Warns
    -----
    DataQualityWarning
        When the suffix of a file contradicts its content, and whatever the reader doubts or repairs.
    """
    several = [paths] if isinstance(paths, str | Path) else list(paths)
    if not several:
        raise ReaderError("open_history needs at least one file", found="none")
    progress = progress or NoProgress()
    histories = []
    for done, path in enumerate(map(Path, several), start=1):
        histories.append(_choose(path, reader).read(path))
        progress.update(done, len(several), "read files")
    if len(several) > 1 and any("projections" in history for history in histories):
        raise ReaderError(
            "a scan of a tomograph is opened alone", found=f"{len(several)} files", todo="Open them one by one"
        )
    return from_first_row(chain_histories(histories, time_zone=time_zone))


@functools.cache
def _points() -> list[EntryPoint]:
    """Entry points of the group, searched once per process."""
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _load(point: EntryPoint) -> Reader:
    try:
        made = point.load()()
    except Exception as cause:
        package = point.dist.name if point.dist else "unknown"
        raise ReaderError(
            f"the reader {point.name!r} must load",
            found=f"{type(cause).__name__} in package {package!r}: {cause}",
            todo=f"Install {package!r} again, or choose another reader",
        ) from cause
    return cast("Reader", made)


def _choose(path: Path, reader: str | Reader | None) -> Reader:
    points = _points()
    if path.is_dir() and (of_folder := _for_folder(path, reader, points)) is not None:
        return of_folder
    head = _head(path)
    if reader is not None and not isinstance(reader, str):
        return reader
    known = ", ".join(point.name for point in points)
    if reader is not None:
        for point in points:
            if point.name == reader:
                return _load(point)
        raise ReaderError("a known reader is needed", found=repr(reader), todo=f"Known: {known}")
    broken: list[str] = []
    last_resort: Reader | None = None
    for point in points:
        try:
            candidate = _load(point)
            recognised = candidate.sniff(head) and (not hasattr(candidate, "accepts") or candidate.accepts(path))
        except Exception as problem:
            broken.append(str(problem))
            continue
        if recognised and getattr(candidate, "last_resort", False):
            last_resort = last_resort or candidate
        elif recognised:
            _doubt(path, candidate, broken)
            return candidate
    if last_resort is not None:
        _doubt(path, last_resort, broken)
        return last_resort
    raise ReaderError(
        f"{path.name!r} must be of a known format",
        found=f"a file that begins with {head[:24]!r}" + "".join(f"; {problem}" for problem in broken),
        todo=f"Known readers: {known}. Choose one with reader=..., describe a text table by a column map, or export the run "
        "from the instrument as text",
    )


def _for_folder(path: Path, reader: str | Reader | None, points: list[EntryPoint]) -> Reader | None:
    """The reader of folders that was chosen, or else the first that accepts this one."""
    if reader is None or isinstance(reader, str):
        asked = [_load(point) for point in points if reader in (None, point.name)]
    else:
        asked = [reader]
    for candidate in asked:
        if getattr(candidate, "folders", False) and (reader is not None or cast("Any", candidate).accepts(path)):
            return candidate
    return None


def _doubt(path: Path, reader: Reader, broken: list[str]) -> None:
    for problem in broken:
        warnings.warn(problem, AlkanodeWarning, stacklevel=4)
    if path.suffix.lower() not in reader.suffixes:
        warnings.warn(
            f"{path.name}: the content is {reader.name}, the suffix {path.suffix or 'absent'!r} says otherwise",
            DataQualityWarning,
            stacklevel=4,
        )


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise ReaderError(f"{path.name!r} must be a file", found="a folder", todo="Name the files in it")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as cause:
        raise ReaderError(
            f"{path.name!r} must be a readable file", found=cause.strerror or type(cause).__name__
        ) from cause
    except ValueError as cause:
        raise ReaderError("the name of a file is needed", found=repr(str(path))) from cause
    if not head:
        raise ReaderError(f"{path.name!r} must hold data", found="an empty file")
    return head
