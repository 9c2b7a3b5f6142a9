"""Histories and records that alkanode itself saved as HDF5 (``alkanode read -o NAME.h5``, :func:`alkanode.data.save`)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import xarray as xr

from alkanode.data.schema import check
from alkanode.data.store import file_hash, open_saved
from alkanode.foundation.errors import ReaderError
from alkanode.io.format_info import FormatInfo
from alkanode.io.impossible import doubt_impossible

_HDF5 = b"\x89HDF\r\n\x1a\n"


class StoreReader:
    """Reader of HDF5 files that alkanode wrote.

    Attributes
    ----------
    name
        ``"alkanode-store"``.
    suffixes
        Usual endings; the content decides.
    about
        Its line in the table of formats.
    last_resort
        Other readers of HDF5 are asked first.
    """

    name: ClassVar[str] = "alkanode-store"
    last_resort: ClassVar[bool] = True
    suffixes: ClassVar[tuple[str, ...]] = (".h5", ".hdf5", ".nc")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="alkanode",
        reads="histories and records that alkanode saved (``alkanode read FILE -o NAME.h5``)",
        verified="its own files",
    )

    def sniff(self, head: bytes) -> bool:
        """Whether a file begins like HDF5."""
        return head.startswith(_HDF5)

    def read(self, path: Path) -> xr.DataTree:
        """Read a stored history, or a stored record of cycling or impedance.

        Raises
        ------
        ReaderError
            When the file is HDF5 of another program, damaged or changed since it was written, or a result that is no
            history.
        SchemaError
            When a record in it is not whole.

        Warns
        -----
        DataQualityWarning
            When rows hold values that no cell has.
        """
        stored = open_saved(path)
        if isinstance(stored, xr.Dataset):
            kind = str(stored.attrs.get("kind", "unknown"))
            stored = xr.DataTree.from_dict({kind: stored})
        kinds = set(stored.children)
        if not kinds or not kinds <= {"cycling", "impedance"}:
            raise ReaderError(
                f"{path.name!r} must hold a history (cycling, impedance)",
                found=", ".join(sorted(kinds)) or "none of them",
                todo="Open other results with alkanode.open_saved",
            )
        for kind in kinds:
            record = check(stored, kind)
            doubt_impossible({str(name): values.to_numpy() for name, values in record.variables.items()}, record.attrs)
        stored.attrs.update(source_file=path.name, sha256=file_hash(path))
        return stored
