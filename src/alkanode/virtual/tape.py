"""The record of a virtual instrument as it is written: rows, sweeps, and the history that a file reader would return."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label

Floats = npt.NDArray[np.float64]

_WHOLE = {"step": np.int64, "control_mode": np.int64, "in_sweep": np.bool_}


@dataclass(slots=True)
class Tape:
    """Rows and sweeps as they are recorded.

    Attributes
    ----------
    rows
        Columns of the cycling record, piece by piece.
    spectra
        Columns of the impedance record, sweep by sweep: one array over the points, or one number.
    clock
        Seconds since the record began.
    """

    rows: dict[str, list[Floats]] = field(default_factory=dict)
    spectra: dict[str, list[Floats | float]] = field(default_factory=dict)
    clock: float = 0.0

    def write(self, **columns: Floats) -> None:
        """Write rows."""
        for name, values in columns.items():
            self.rows.setdefault(name, []).append(values)

    def write_sweep(self, **columns: Floats | float) -> None:
        """Write one sweep."""
        for name, values in columns.items():
            self.spectra.setdefault(name, []).append(values)

    def history(self, *, started: datetime, name: str, reader: str) -> xr.DataTree:
        """The record so far, as a file reader would return it.

        Parameters
        ----------
        started
            When the record began.
        name
            Name of the file it stands for.
        reader
            Name of the instrument.

        Returns
        -------
        DataTree
            ``cycling``, and ``impedance`` where sweeps were made; kinds of :mod:`alkanode.data.schema`.
        """
        rows = {key: np.concatenate(parts) for key, parts in self.rows.items()}
        cycling = xr.Dataset({key: ("row", values.astype(_WHOLE.get(key, np.float64))) for key, values in rows.items()})
        nodes = {"cycling": label(cycling, "cycling")}
        if self.spectra:
            point = ("spectrum", "point")
            spectra = {
                key: (("spectrum",) if np.ndim(parts[0]) == 0 else point, np.array(parts))
                for key, parts in self.spectra.items()
            }
            spectra["step"] = (("spectrum",), spectra["step"][1].astype(np.int64))
            nodes["impedance"] = label(xr.Dataset(spectra), "impedance")
        origin = {"started": started.isoformat(), "source_file": name, "reader": reader, "sha256": ""}
        for record in nodes.values():
            record.attrs.update(origin)
        tree = xr.DataTree.from_dict(nodes)
        tree.attrs.update(origin)
        return tree
