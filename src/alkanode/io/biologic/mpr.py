"""Reader of BioLogic's binary files (``.mpr``).

Layout (little endian). The file begins with 52 bytes, ``BIO-LOGIC MODULAR FILE`` and padding. Modules follow:

========= ============================================================================
bytes     header of a module
========= ============================================================================
6         ``MODULE``
10        short name: ``VMP Set``, ``VMP data``, ``VMP LOG``, ``VMP loop``, ...
25        long name
4         length of the body; or 0xFFFFFFFF, and then 4 bytes length and 4 bytes zero
4         version
8         date, ``mm/dd/yy`` with the separator of the computer's locale
========= ============================================================================

Body of ``VMP data``: u32 rows; number of columns (u8 in versions 2 and 3, u16 in 10 and 11); one u16 per column; zeros
up to a fixed offset (405, 406, 1007, 1007); then the rows, packed. All columns of flags share one byte. So the size of
a row is known twice, from the columns and from the length of the body, and both must agree.

Body of ``VMP Set``: u8 technique, then settings; ``VMP LOG``: start of the clock as an OLE date (days since
1899-12-30) at byte 585, serial numbers and versions. The offsets were checked against the headers of text exports of
the same runs.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.biologic.columns import FLAGS, MODE_MASK, meaning, mpr_column
from alkanode.io.biologic.fields import BiologicHeader, biologic_history
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.impossible import doubt_gaps
from alkanode.io.rows import read_bytes, source_attrs

MAGIC = b"BIO-LOGIC MODULAR FILE"
MAGIC_LENGTH = 52
_ROWS_AT = {2: 405, 3: 406, 10: 1007, 11: 1007}
_WIDE_COUNT = (10, 11)

TECHNIQUES = {
    0x04: "Galvanostatic Cycling with Potential Limitation",
    0x06: "Cyclic Voltammetry",
    0x0B: "Open Circuit Voltage",
    0x18: "Chronoamperometry / Chronocoulometry",
    0x19: "Chronopotentiometry",
    0x1D: "Potentio Electrochemical Impedance Spectroscopy",
    0x1E: "Galvano Electrochemical Impedance Spectroscopy",
    0x33: "Cyclic Voltammetry Advanced",
    0x6C: "Linear Sweep Voltammetry",
    0x75: "Constant Voltage",
    0x76: "Constant Current",
    0x7F: "Modulo Bat",
}
"""First byte of ``VMP Set`` -> name in text exports."""

_DEVICES = {0x05: "VMP3", 0x06: "VSP", 0x10: "SP-300", 0x22: "VSP-3e"}
"""Device codes seen beside a text export that names the device."""


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    version: int
    body: memoryview
    offset: int
    missing: int
    """Bytes of the body that lie beyond the end of the file."""


class MprReader:
    """Reads ``.mpr`` files of EC-Lab (cycling, voltammetry, impedance, Modulo Bat)."""

    name: ClassVar[str] = "biologic-mpr"
    suffixes: ClassVar[tuple[str, ...]] = (".mpr",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="BioLogic EC-Lab, binary",
        reads="data modules of versions 3 and 11 (2 and 10 by the same layout, without a real file): time, potentials, "
        "currents, set-points, charge, steps, cycles, spectra, start of the clock",
        verified="EC-Lab 11.3 to 11.6; constant current and impedance in a Modulo Bat, GCPL, CV, PEIS, GEIS under current; "
        "three-electrode impedance; VMP3, VSP, VSP-3e, SP-300",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of an ``.mpr`` file."""
        return head.startswith(MAGIC)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling`` (all rows) and, where there are sweeps, ``impedance``; see
            :func:`alkanode.io.biologic.fields.biologic_history`.

        Raises
        ------
        ReaderError
            When the file is no ``.mpr`` file, holds no rows, has a version or columns whose layout is unknown, or
            contradicts itself.

        Warns
        -----
        DataQualityWarning
            When the file is cut off (whole rows are kept) or an unknown column is skipped.
        """
        content = read_bytes(path)
        if not self.sniff(content):
            raise ReaderError(f"{path.name!r} must begin as an .mpr file", found=repr(content[:22]))
        modules: dict[str, _Module] = {}
        for module in _modules(content, path.name):
            if module.name in modules:
                warn(f"{path.name}: a second module {module.name!r} at byte {module.offset} is left out")
            modules.setdefault(module.name, module)
        if "VMP data" not in modules:
            raise ReaderError(
                f"{path.name!r} must hold a module 'VMP data'",
                found=", ".join(repr(name) for name in modules) or "no module",
                todo="The file may be cut off: copy it again, or export it from EC-Lab as text (.mpt)",
            )
        columns = _columns(modules["VMP data"], path.name)
        doubt_gaps(columns, path.name)
        header = _header(modules.get("VMP Set"), modules.get("VMP LOG"), path.name)
        return biologic_history(columns, header, source_attrs(path, content, reader=self.name))


def _modules(content: bytes, name: str) -> Iterator[_Module]:
    view, at = memoryview(content), MAGIC_LENGTH
    while at < len(content):
        if content[at : at + 6] != b"MODULE" or at + 57 > len(content):
            warn(f"{name}: the file is cut off or damaged from byte {at} on")
            return
        short = content[at + 6 : at + 16].decode("cp1252", errors="replace").strip()
        length, version = struct.unpack_from("<II", content, at + 41)
        body = at + 57
        if length == 0xFFFFFFFF:
            if at + 65 > len(content):
                warn(f"{name}: the file is cut off or damaged from byte {at} on")
                return
            length, _, version = struct.unpack_from("<III", content, at + 45)
            body = at + 65
        end = body + length
        yield _Module(short, version, view[body:end], body, max(0, end - len(content)))
        at = end


def _columns(module: _Module, name: str) -> dict[str, npt.NDArray[Any]]:
    """Columns in SI under the names of their quantities."""
    table, labels = _table(module, name)
    columns: dict[str, npt.NDArray[Any]] = {}
    for field, label in labels.items():
        if field == "flags":
            if label == "mode":
                columns["mode"] = table["flags"] & MODE_MASK
            continue
        known = meaning(label)
        if known is not None and known[0] not in columns:
            quantity, factor = known
            with np.errstate(invalid="ignore"):  # a damaged number may be a signalling NaN
                columns[quantity] = table[field].astype(np.float64) * factor
    return columns


def _table(module: _Module, name: str) -> tuple[npt.NDArray[Any], dict[str, str]]:
    """The rows as a structured array, and the label of each of its fields."""
    if module.version not in _ROWS_AT:
        raise ReaderError(
            f"{name!r} must have a data module of a known version ({', '.join(map(str, _ROWS_AT))})",
            found=f"version {module.version}",
            todo="Export the run from EC-Lab as text (.mpt)",
        )
    rows_at, wide = _ROWS_AT[module.version], module.version in _WIDE_COUNT
    if len(module.body) < rows_at:
        raise ReaderError(f"{name!r} must hold rows", found="a file cut off before the first row")
    rows: int = struct.unpack_from("<I", module.body)[0]
    count: int = struct.unpack_from("<H" if wide else "<B", module.body, 4)[0]
    ids_at = 6 if wide else 5
    if ids_at + 2 * count > rows_at or count == 0:
        raise ReaderError(f"{name!r} must list its columns", found=f"{count} columns")
    if rows == 0:
        raise ReaderError(f"{name!r} must hold rows", found="an empty table")
    numbers = list(struct.unpack_from(f"<{count}H", module.body, ids_at))
    width, rest = divmod(len(module.body) + module.missing - rows_at, rows)
    dtype, labels = _layout(numbers, width, module, name)
    if rest or dtype.itemsize != width:
        raise ReaderError(
            f"the rows of {name!r} must fill the data module",
            found=f"{rows} rows of {dtype.itemsize} bytes in {len(module.body) + module.missing - rows_at} bytes",
            todo="Export the run from EC-Lab as text (.mpt)",
        )
    whole = min(rows, (len(module.body) - rows_at) // width)
    if whole == 0:
        raise ReaderError(f"{name!r} must hold rows", found="a file cut off inside the first row")
    if whole < rows:
        warn(f"{name}: the file is cut off; {whole} of {rows} rows are kept, {rows - whole} are lost")
    return np.frombuffer(module.body, dtype=dtype, count=whole, offset=rows_at), labels


def _layout(numbers: list[int], width: int, module: _Module, name: str) -> tuple[np.dtype[Any], dict[str, str]]:
    """Type of a row and label of each field.

    A block of unknown columns is skipped when it is the only one, since the width of the row then fixes its size.
    """
    fields: list[tuple[str, str]] = []
    labels: dict[str, str] = {}
    unknown: list[tuple[int, int]] = []
    for place, number in enumerate(numbers):
        if number in FLAGS:
            if "flags" not in labels:
                fields.append(("flags", "<u1"))
                labels["flags"] = "mode" if 1 in numbers else FLAGS[number]
            continue
        column = mpr_column(number, numbers)
        if column is None:
            unknown.append((len(fields), number))
            fields.append((f"unknown_{number}_{place}", "V0"))
        else:
            fields.append((f"{number}_{place}", column[1]))
            labels[f"{number}_{place}"] = column[0]
    if unknown:
        ids = ", ".join(dict.fromkeys(str(number) for _, number in unknown))
        left = width - np.dtype(fields).itemsize
        first, last = unknown[0][0], unknown[-1][0]
        if last - first + 1 != len(unknown) or not len(unknown) <= left <= 8 * len(unknown):
            raise ReaderError(
                f"{name!r} must have columns of known width",
                found=f"unknown column {ids} (table at byte {module.offset}, {left} bytes left for them)",
                todo="Export the run from EC-Lab as text (.mpt)",
            )
        fields[first] = (fields[first][0], f"V{left}")
        byte = np.dtype(fields[:first]).itemsize
        names = ", ".join(f"unknown_{number}" for _, number in unknown)
        warn(f"{name}: column {ids} is unknown; {names} ({left} bytes at byte {byte} of each row) is skipped")
    return np.dtype(fields), labels


def _header(settings: _Module | None, log: _Module | None, name: str) -> BiologicHeader:
    code = settings.body[0] if settings is not None and len(settings.body) else None
    technique = "" if code is None else TECHNIQUES.get(code, f"technique {code:#04x}")
    texts: dict[str, Any] = {}
    if settings is not None and len(settings.body) >= 0x250:
        texts = {
            "comments": _text(settings, 0x007),
            "electrode": _text(settings, 0x11E),
            "electrolyte": _text(settings, 0x1C0),
            "area": _number(settings, 0x211, 1e-4),
            "mass": _number(settings, 0x24C, 1e-3),
        }
    if log is None or len(log.body) < 0x3D8:
        warn(f"{name}: no log module, so the start of the clock is unknown")
        return BiologicHeader(technique=technique, **texts)
    (days,) = struct.unpack_from("<d", log.body, 585)
    (serial,) = struct.unpack_from("<I", log.body, 171)
    device = _DEVICES.get(log.body[0x3CE], "")
    return BiologicHeader(
        technique=technique,
        started=_ole_date(days, name),
        instrument=f"{device} (SN {_text(log, 0x3CF)})".strip(),
        channel=f"{log.body[9] + 1} (SN {serial})",
        software=f"EC-Lab {_text(log, 0x3B7)}",
        **texts,
    )


def _text(module: _Module, at: int) -> str:
    """A text stored as length and characters."""
    length = module.body[at]
    raw = bytes(module.body[at + 1 : at + 1 + length])
    return raw.split(b"\0")[0].decode("cp1252", errors="replace").strip()


def _number(module: _Module, at: int, factor: float) -> float | None:
    value = float(struct.unpack_from("<f", module.body, at)[0]) * factor
    return float(f"{value:.7g}") if math.isfinite(value) else None


def _ole_date(days: float, name: str) -> str:
    if not 32874.0 < days < 73051.0:
        warn(f"{name}: the log holds no start of the clock between 1990 and 2100")
        return ""
    return (datetime(1899, 12, 30) + timedelta(milliseconds=round(days * 86_400_000))).isoformat(
        timespec="milliseconds"
    )
