"""Reader of Landt / LANHE binary files (``.ccs``).

Layout (little endian), as one file of a CT3 tester with software 4.3.3 shows it:

=========== ===========================================================================================
byte        header
=========== ===========================================================================================
0x000       ``00 00 00 02``, taken for the version of the layout
0x0B0       name of the test, text ended by a zero byte
0x0F0       second text about the test
0x2D0       version of the software
0x360       serial number of the channel or its unit
0x494       ``WuHan LAND``
0x730       u32 length of the procedure, counted from 0x728; the blocks begin behind it
0x734       name of the procedure
0x774       description of the procedure
=========== ===========================================================================================

Blocks of 128 bytes follow, up to the end of the file. Each begins with u32 tag and u32 code; the code of the blocks of
a step is that of the record that ends it.

* Tag 0x0n03: n samples (1 to 6) of 20 bytes: u32 milliseconds since the sample before, then four f32: voltage (V),
  current (A), charge (Ah) and energy (Wh) that passed since the sample before. What stands behind the n samples is
  left over from other tests of the machine.
* Tag 2: a step begins (or, last, the test ends): u32 at 8 the number of the line of the procedure, u32 at 16 how many
  steps were done, u32 at 24 milliseconds since the start of the test, u64 at 56 milliseconds since 1970.

Charge is counted without a sign; current and energy are negative while the cell discharges, so positive current
charges, as in the text exports. A public program describes files with samples of 24 bytes. No such file was at hand:
they are refused. Whether a file has this layout is tested on itself: every tag must be known, charge must be current
times time and energy voltage times charge, and the times of the samples must add up to those of the step records.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.impossible import doubt_gaps
from alkanode.io.landt.ccs_checks import BLOCK, EXPORT, FULL, STEP, STEP_TAG, check_products, check_steps
from alkanode.io.rows import history_from_rows, read_bytes, source_attrs
from alkanode.io.terminal import TwoTerminals

MAKER = b"WuHan LAND"
LAYOUT = b"\x00\x00\x00\x02"
CHECKED_SOFTWARE = "4.3.3."
"""The software whose files were checked; others are read where they pass every test, with a doubt."""

_VERSION = re.compile(rb"\d+\.\d+\.\d+\.\d+\x00")
_VERSION_AT, _MAKER_AT, _PROCEDURE_AT, _LENGTH_AT = 0x2D0, 0x494, 0x728, 0x730
_TEXTS = {
    "header_test_name": (0x0B0, 64),
    "header_comments": (0x0F0, 64),
    "software": (_VERSION_AT, 32),
    "instrument": (0x360, 16),
    "header_procedure": (0x734, 64),
    "header_procedure_description": (0x774, 64),
}

_AH = 3600.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LandtCcsReader(TwoTerminals):
    """Reads ``.ccs`` files of Landt / LANHE testers.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode, as in :class:`alkanode.io.terminal.TwoTerminals`.
    """

    name: ClassVar[str] = "landt-ccs"
    suffixes: ClassVar[tuple[str, ...]] = (".ccs",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Landt / LANHE, binary (.ccs)",
        reads="voltage, current, charge, steps, start, names of test and procedure",
        verified="one file of software 4.3.3 (170,577 rows: a rest and a discharge; no charge)",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of a binary Landt file, of this layout or another."""
        return MAKER in head or (head.startswith(LAYOUT) and _VERSION.match(head, _VERSION_AT) is not None)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling`` with ``time`` (s, sum of the times of the samples), ``voltage`` (V), ``current`` (A),
            ``charge`` (C, sum of the charges of the samples with the sign of the current) and ``step`` (1, 2, ... as
            they were run). ``attrs["started"]`` is the start of the test in UTC, which the file's count of
            milliseconds since 1970 is taken for; ``header_...`` are texts typed into the instrument's software.

        Raises
        ------
        ReaderError
            When the file has another layout, holds no samples, or is full of impossible values.

        Warns
        -----
        DataQualityWarning
            When the file is cut off, was written by software that was not checked, holds impossible values, or
            contradicts itself (times of samples and steps; charge, current and time).
        """
        content = read_bytes(path)
        blocks = _blocks(content, path.name)
        count = np.where(blocks["tag"] == STEP_TAG, 0, blocks["tag"] >> 8).astype(np.int64)
        samples = blocks["samples"][np.arange(FULL) < count[:, None]]
        if not samples.size:
            raise ReaderError(f"{path.name!r} must hold samples", found="step records only")
        rows = _rows(samples)
        check_products(rows, samples, path.name)
        doubt_gaps(rows, path.name)
        steps = blocks[blocks["tag"] == STEP_TAG].view(STEP)
        rows["step"] = np.repeat(np.cumsum(blocks["tag"] == STEP_TAG, dtype=np.int32), count)
        rows["cycle"] = np.full(samples.size, -1, dtype=np.int32)
        check_steps(blocks, count, samples["ms"], steps, path.name)
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name) | {"technique": ""}
        attrs |= {key: _text(content, at, most) for key, (at, most) in _TEXTS.items()}
        attrs |= {
            "started": _started(steps[:1], path.name),
            "landt_working_electrode": self.working_electrode,
            "current_from": "measured",
            "charge_from": "sum of the charges of the samples, with the sign of the current",
        }
        if not attrs["software"].startswith(CHECKED_SOFTWARE):
            warn(
                f"{path.name}: written by software {attrs['software']!r}; only files of {CHECKED_SOFTWARE}x were checked"
            )
        for key in ("voltage", "current", "charge"):
            rows[key] = self.sign * rows[key]
        return history_from_rows(rows, attrs)


def _blocks(content: bytes, name: str) -> npt.NDArray[Any]:
    """All whole blocks of the file, every tag known."""
    if not content.startswith(LAYOUT) or _VERSION.match(content, _VERSION_AT) is None:
        raise ReaderError(
            f"{name!r} must be a .ccs file of a known version",
            found=f"a file that begins with {content[:4]!r}, software {content[_VERSION_AT : _VERSION_AT + 12]!r}",
            todo=EXPORT,
        )
    if len(content) < _LENGTH_AT + 4:
        raise ReaderError(f"{name!r} must hold samples", found="a file cut off inside its header")
    begin = _PROCEDURE_AT + struct.unpack_from("<I", content, _LENGTH_AT)[0]
    whole, rest = divmod(len(content) - begin, BLOCK.itemsize)
    if whole < 1:
        raise ReaderError(f"{name!r} must hold samples", found="a file that ends with its header")
    blocks = np.frombuffer(content, dtype=BLOCK, count=whole, offset=begin)
    tag = blocks["tag"]
    known = (tag == STEP_TAG) | ((tag & 0xFF == 3) & (tag >> 8 >= 1) & (tag >> 8 <= FULL))
    if tag[0] != STEP_TAG or not known.all():
        place = 0 if tag[0] != STEP_TAG else int(np.argmin(known))
        raise ReaderError(
            f"{name!r} must hold a step record and blocks of samples in a known layout",
            found=f"tag {int(tag[place]):#x} in block {place} (byte {begin + place * BLOCK.itemsize:#x})",
            todo=EXPORT,
        )
    count = np.where(tag == STEP_TAG, 0, tag >> 8)
    not_full = (count[:-1] > 0) & (count[:-1] < FULL) & (count[1:] > 0)
    if not_full.sum() > 0.5 * whole:
        raise ReaderError(
            f"{name!r} must have blocks of {FULL} samples",
            found=f"blocks of {int(count.max())}: samples of another size",
            todo=EXPORT,
        )
    if rest:
        warn(f"{name}: the file is cut off inside block {whole}; the samples before it are kept")
    elif tag[-1] != STEP_TAG:
        warn(f"{name}: the record that ends the test is absent: the file is cut off, or the test was running")
    return blocks


def _rows(samples: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Fields of the record in SI, in the sign of the file."""
    with np.errstate(all="ignore"):
        voltage, current, passed = (samples[key].astype(np.float64) for key in ("voltage", "current", "charge"))
        charge = np.cumsum(np.copysign(np.abs(passed), current)) * _AH
        charge = charge - charge[0]
    time = np.cumsum(samples["ms"], dtype=np.int64) * 1e-3
    return {"time": time, "voltage": voltage, "current": current, "charge": charge}


def _started(first: npt.NDArray[Any], name: str) -> str:
    """Start of the test, ISO 8601."""
    milliseconds = int(first["since_1970"][0]) - int(first["ms"][0])
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat(
            timespec="milliseconds"
        )
    except OverflowError:
        warn(f"{name}: the start of the test is no date")
        return ""


def _text(content: bytes, at: int, most: int) -> str:
    """Text of the header, in the encoding of Chinese computers (its first half is ASCII)."""
    raw = content[at : at + most].partition(b"\x00")[0]
    return raw.decode("gb18030", errors="replace").strip()
