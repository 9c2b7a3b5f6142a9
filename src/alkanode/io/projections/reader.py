"""Scans of a tomograph as one of the readers that ``open_record`` and ``open_history`` choose from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import h5py
import xarray as xr

from alkanode.data.store import has_seal
from alkanode.io.format_info import FormatInfo
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.hdf5 import SIGNATURE, opened
from alkanode.io.projections.nxtomo import tomo_entries
from alkanode.io.projections.opening import open_projections
from alkanode.io.projections.tiff import tiff_names


class ScanReader:
    """Reader of NXtomo and Data Exchange files and of folders of TIFF images.

    Attributes
    ----------
    name
        ``"tomography-scan"``.
    suffixes
        Usual endings; the content decides.
    about
        Its line in the table of formats.
    folders
        That it also reads folders.
    """

    name: ClassVar[str] = "tomography-scan"
    suffixes: ClassVar[tuple[str, ...]] = (".nxs", ".nx", ".h5", ".hdf5", ".hdf", "")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Scans of a tomograph: NXtomo, Data Exchange, folders of TIFF",
        reads="projections, flats and darks (read only where they are indexed), angles, pixel size, energy, times",
        verified="a Data Exchange file of tomopy, a TIFF scan of Diamond; NXtomo files written with the package nxtomo",
        extra="tomography",
    )
    folders: ClassVar[bool] = True

    def sniff(self, head: bytes) -> bool:
        """Whether a file begins like HDF5."""
        return head.startswith(SIGNATURE)

    def accepts(self, path: Path) -> bool:
        """Whether a folder holds TIFF images, or an HDF5 file an NXtomo entry or an ``exchange`` group."""
        if path.is_dir():
            return any(tiff_names(folder) for folder in (path, *(entry for entry in path.iterdir() if entry.is_dir())))
        if has_seal(path):
            return False
        known = False
        with opened(path, Findings()) as file:
            known = file is not None and (bool(tomo_entries(file)) or isinstance(file.get("exchange"), h5py.Group))
        return known

    def read(self, path: Path) -> xr.DataTree:
        """Open a scan as a history with the node ``projections``.

        Raises
        ------
        ReaderError
            As :func:`alkanode.io.open_projections`, which has options for what a file does not say.

        Warns
        -----
        DataQualityWarning
            With what was mended and what is doubted.
        """
        record = open_projections(path)
        tree = xr.DataTree.from_dict({"projections": record})
        tree.attrs.update(source_file=path.name, reader=self.name)
        tree.attrs.update({name: record.attrs[name] for name in ("started",) if name in record.attrs})
        return tree
