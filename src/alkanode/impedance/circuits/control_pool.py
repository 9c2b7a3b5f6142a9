"""Several control cells as one: their mean, and how far another cell of their kind may lie from it.

A control stands for something that is inside the cell in question but cannot be seen there. What it misses is the scatter
from cell to cell: that of one more cell, not that of the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import add_sources
from alkanode.impedance.circuits.process_resistance import resistance_record
from alkanode.numerics.quantiles import NORMAL_95
from alkanode.numerics.small_samples import half_width

Floats = npt.NDArray[np.float64]


def pool_controls(controls: Sequence[RecordLike]) -> xr.Dataset:
    """The resistance of control cells as one value with the uncertainty it has for another cell.

    Parameters
    ----------
    controls
        One record of kind ``process_resistance`` per control cell; its spectra are repeats of one state.

    Returns
    -------
    Dataset
        Kind ``process_resistance`` with one spectrum: ``resistance`` (ohm), the mean of the means of the cells;
        ``standard_deviation`` (ohm), ``lower_95``, ``upper_95``. ``attrs``: ``control_cells``, ``scatter`` (ohm, standard
        deviation between the cells, NaN for one), ``assumption``.

    Raises
    ------
    SchemaError
        Without a control, for a record of another kind, or for a control without any resistance.

    Notes
    -----
    One control: the error of its mean, from the fits or from the scatter of its spectra, whichever is larger; that the
    cell in question is like it is then assumed. n controls with standard deviation s between them: another cell lies
    within ``t(n-1) s sqrt(1 + 1/n)`` of their mean at 95 % (prediction interval of a normal distribution), or within the
    error of the fits where that is larger. ``standard_deviation`` is the half width of that interval over 1.96.
    """
    if not controls:
        raise SchemaError("at least one control cell is needed", found="none")
    records = [check(one, "process_resistance") for one in controls]
    means, errors = (np.array(column) for column in zip(*map(_mean, records), strict=True))
    n = means.size
    within = float(np.sqrt((errors**2).sum()) / n)
    scatter = float(means.std(ddof=1)) if n > 1 else float("nan")
    # half_width is t / sqrt(n); that of one more value is t sqrt(1 + 1/n) = half_width sqrt(n + 1)
    between = scatter * half_width(n) * np.sqrt(n + 1) / NORMAL_95 if n > 1 else 0.0
    value, deviation = np.array([means.mean()]), np.array([max(within, between)])
    first = xr.Dataset(attrs=dict(records[0].attrs))
    record = resistance_record(first, value, deviation, value - NORMAL_95 * deviation, value + NORMAL_95 * deviation)
    record.attrs.update({key: first.attrs[key] for key in ("process", "parameters", "circuit") if key in first.attrs})
    record.attrs.update(
        control_cells=n,
        scatter=scatter,
        assumption="the cell is like its one control: how far such cells scatter is not known"
        if n == 1
        else f"the cell is one more of {n} control cells, which scatter by {scatter:.3g} ohm",
    )
    for one in records[1:]:
        add_sources(record, str(one.attrs.get("sources", "")).split())
    return record


def _mean(record: xr.Dataset) -> tuple[float, float]:
    """Mean of a control and its error."""
    value, deviation = (record[name].to_numpy().astype(float) for name in ("resistance", "standard_deviation"))
    known = np.isfinite(value) & np.isfinite(deviation)
    n = int(known.sum())
    if n == 0:
        raise SchemaError("every control needs a resistance with its standard deviation", found="none")
    within = float(np.sqrt((deviation[known] ** 2).sum()) / n)
    between = float(value[known].std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return float(value[known].mean()), max(within, between)
