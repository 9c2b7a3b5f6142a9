"""A measured history as a file of an instrument, which the readers open again."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from alkanode.data.store import save
from alkanode.foundation.errors import SchemaError
from alkanode.io import write_bdf, write_mpt


def write_measured(history: xr.DataTree, path: str | Path, *, comments: str = "simulated cell") -> Path:
    """Write a measured history as a file; its ending says which.

    Parameters
    ----------
    history
        What :func:`measure_history` returned.
    path
        ``.mpt``: EC-Lab text with rows and sweeps, every digit kept. ``.csv`` or ``.parquet``: Battery Data Format, rows
        only. ``.zarr`` or ``.h5``: the store of alkanode.
    comments
        One line in the head of an ``.mpt`` file.

    Returns
    -------
    Path
        The file; :func:`alkanode.io.open_history` reads it back to the same numbers.

    Raises
    ------
    SchemaError
        For another ending, and for sweeps that a Battery Data Format table cannot hold.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    suffix = target.suffix.lower()
    if suffix == ".mpt":
        return write_mpt(history, target, comments=comments, technique="MB")
    if suffix in (".csv", ".parquet"):
        if "impedance" in history.children:
            raise SchemaError(
                "a Battery Data Format table holds no spectra", found="a history with sweeps", todo="Write an .mpt file"
            )
        return write_bdf(history["cycling"].to_dataset(), target)
    if suffix in (".zarr", ".h5"):
        save(history, target)
        return target
    raise SchemaError(
        "a file of a measured history ends in .mpt, .csv, .parquet, .zarr or .h5", found=repr(target.name)
    )
