"""Readers that are nothing but a shipped column map: Maccor exports, and tables with plain names.

The maps stand in ``maps/*.yaml``, in the form in which users write theirs.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import xarray as xr

from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.tables.column_map import ColumnMap
from alkanode.io.tables.reader import TableReader

_MACCOR = re.compile(rb"(?i)date of test|\bDPT? ?time\b|\bcyc#|\brec#|amp-hr")
"""What only Maccor's exports say."""


@functools.cache
def shipped_map(name: str) -> ColumnMap:
    """A column map that comes with alkanode.

    Parameters
    ----------
    name
        ``"maccor"`` or ``"generic"``.

    Returns
    -------
    ColumnMap
        It may serve as an example for one's own.
    """
    import yaml

    text = files("alkanode.io.tables").joinpath("maps", f"{name}.yaml").read_text(encoding="utf-8")
    return ColumnMap.from_mapping(yaml.safe_load(text), what=f"the shipped map {name!r}")


class MaccorReader:
    """Reads text exports of Maccor's programs.

    No real file was at hand: names and forms come from public readers, and the table of formats says so. A current
    without a sign takes it from the words of the column ``State`` (or ``Md``); the capacity likewise.
    """

    name: ClassVar[str] = "maccor"
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".csv", ".001", ".002", ".003")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Maccor, text export",
        reads="test time in seconds, minutes, hours or days and h:m:s; voltage, current, capacity, steps, cycles, dates",
    )

    def sniff(self, head: bytes) -> bool:
        """Whether the beginning of a file says what only Maccor's exports say, above known columns."""
        return bool(_MACCOR.search(head.replace(b"\x00", b""))) and TableReader(shipped_map("maccor")).sniff(head)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file; see :meth:`alkanode.io.tables.reader.TableReader.read`."""
        return TableReader(shipped_map("maccor"), complete=False, label=self.name).read(path)


class PlainTableReader:
    """Reads tables whose header says all: ``Time (s)``, ``Voltage (V)``, ``Current (mA)``.

    Only a file that no other reader knows comes here. What such a file never says is which way a positive current
    flows: it is taken as charging, the working electrode at the positive terminal, and that is doubted aloud. A column
    map says it.
    """

    name: ClassVar[str] = "plain-table"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".dat")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Text table with plain names and units",
        reads="time, voltage, current, two capacities, steps, cycles, temperature; the sign is an assumption",
    )
    last_resort: ClassVar[bool] = True

    def sniff(self, head: bytes) -> bool:
        """Whether a line names time, voltage and current with known units."""
        return TableReader(shipped_map("generic"), units_needed=True).sniff(head)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file; see :meth:`alkanode.io.tables.reader.TableReader.read`.

        Warns
        -----
        DataQualityWarning
            Always, that the sign of the current is an assumption.
        """
        warn(
            f"{path.name}: the file does not say which way a positive current flows; it is taken as charging, the working "
            "electrode at the positive terminal of the cell. A column map says it for good"
        )
        return TableReader(shipped_map("generic"), complete=False, label=self.name).read(path)
