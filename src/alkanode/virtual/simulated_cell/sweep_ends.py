"""The impedance of a simulated cell at the end of its sweeps, so that a sweep at rest drifts as a real one does."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.virtual.simulated_cell.spectra import SimulatedSpectra

_BEFORE_THE_END = 1e-3
"""Share of a sweep by which its end is taken early: at the seam itself the next step counts."""


def impedance_after_sweeps(
    history: xr.DataTree, time: npt.NDArray[np.float64], mode: npt.NDArray[np.float64]
) -> dict[int, npt.NDArray[np.complex128]]:
    """Impedance at the end of each sweep that the simulation itself gave time.

    Parameters
    ----------
    history
        A simulation; one that did not keep its states (``keep_states=True``) gives nothing.
    time, mode
        (row,) of its cycling record.

    Returns
    -------
    dict
        Number of the spectrum -> (point,) ohm, at its own frequencies from high to low.
    """
    if "solution" not in history.children:
        return {}
    from alkanode.cell_models.operando_impedance.operando import operando_impedance

    spectra = SimulatedSpectra.of(history)
    found: dict[int, npt.NDArray[np.complex128]] = {}
    for k in range(spectra.count):
        first, last = spectra.rows(k, time, mode)
        if last - first < 2:
            continue
        end = time[last - 1] - _BEFORE_THE_END * (time[last - 1] - time[first])
        with warnings.catch_warnings():
            # that a sweep is not stationary was said when it was simulated, and is what is looked at here
            warnings.simplefilter("ignore", DataQualityWarning)
            after = operando_impedance(history, spectra.frequency(k), times=[end])
        found[k] = after["impedance"].to_numpy()[0]
    return found
