"""Reader of spectra in any text table whose columns have names of the field.

Layout: any lines above; one line of names, perhaps one of units; one line per frequency. Comma, semicolon, tab, bar or
blanks part the cells; the decimal mark is a point or a comma; an index may stand first. Several spectra stand behind each
other (told apart where the frequency turns back, by a column, or by names that are repeated) or side by side (each with
its own frequency). What the names may be says :mod:`alkanode.io.spectra_text.names`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.spectra import spectra_history
from alkanode.io.spectra_text.cells import read_cells
from alkanode.io.spectra_text.header import SEARCHED_LINES, find_names
from alkanode.io.text_table import as_utf8, doubt_rows_above

SIGN_IMAGINARY = "imaginary part as named; columns named as the negative one are turned"


@dataclass(frozen=True, slots=True)
class PlainSpectraReader:
    """Reads tables with named columns of frequency and impedance.

    Parameters
    ----------
    area
        Electrode area, m2, for tables in ohm cm2; without it those are refused, since a record is in ohm.

    Raises
    ------
    ReaderError
        When the area is not positive.
    """

    area: float | None = None

    def __post_init__(self) -> None:
        if self.area is not None and not self.area > 0:
            raise ReaderError("the area of an electrode must be positive", found=f"{self.area!r} m2")

    name: ClassVar[str] = "spectra-table"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".dat", ".asc")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Text table of spectra",
        reads="frequency with real and imaginary part, modulus and phase, or both; time, DC voltage and current; several "
        "spectra; names and units in many habits, those of EC-Lab, Nova, CH Instruments and Zahner's text among them",
        verified="one synthetic table of a public tool (81 points); of instruments' exports: none",
    )

    def sniff(self, head: bytes) -> bool:
        """Whether a line names a frequency and a whole impedance above a row of numbers."""
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return False
        try:
            return find_names(first_lines(as_utf8(head, "")), "") is not None
        except ReaderError:
            return True

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``impedance``, and ``cycling`` where time, DC voltage and DC current are all there. ``attrs``: ``assumed``
            (what the file does not say) and ``ignored_columns``.

        Raises
        ------
        ReaderError
            When no line names a frequency and a whole impedance, the two forms of an impedance contradict each other, or
            it is per area and no area is given.

        Warns
        -----
        DataQualityWarning
            As :func:`alkanode.io.spectra.spectra_history`, and where units are assumed.
        """
        content = read_bytes(path)
        text = as_utf8(content, path.name)
        lines = first_lines(text)
        header = find_names(lines, path.name)
        if header is None:
            raise ReaderError(
                f"{path.name!r} must have a line that names the frequency with Re and Im, or with |Z| and phase",
                found=f"a first line {lines[0][:80]!r}" if lines else "nothing",
                todo="Name the columns in a column map: frequency, real, imaginary (or modulus, phase)",
            )
        doubt_rows_above(lines[: header.line], len(header.labels), header.delimiter, path.name)
        body = text.split(b"\n")[header.rows_from :]
        cells = read_cells(body, header, path.name, area=self.area)
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name)
        assumed = []
        if cells.unitless:
            assumed.append(f"no unit for {', '.join(cells.unitless)}: Hz and ohm")
            warn(f"{path.name}: {assumed[0]} are assumed")
        used = {column.place for block in header.blocks for column in block.values()}
        attrs |= {
            "technique": "Impedance spectra",
            "assumed": "; ".join(assumed),
            "sign": SIGN_IMAGINARY,
            "ignored_columns": ", ".join(label for at, label in enumerate(header.labels) if label and at not in used),
        }
        return spectra_history(cells.columns, attrs, phase_unit=cells.phase_unit, loop=cells.loop)


def first_lines(text: bytes) -> list[str]:
    """The first lines of a file, as text."""
    lines = text[: 400 * SEARCHED_LINES].split(b"\n", SEARCHED_LINES)[:SEARCHED_LINES]
    return [line.decode("utf-8", errors="replace") for line in lines]
