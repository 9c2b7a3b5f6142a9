"""Growth of a resistance at rest, counted from the assembly of the cell or from the last current."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import StudyError
from alkanode.impedance import interphase_growth, process_resistance
from alkanode.studies.blocks import Circuit


def grown(fit: xr.Dataset, settings: Circuit) -> xr.Dataset:
    """Law of growth of the resistance that the settings name, over spectra without current.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``; ``time_since_current`` (s) tells which spectra were at rest.
    settings
        Block of the study: ``growth``, ``growth_since`` and ``began``.

    Returns
    -------
    Dataset
        Kind ``interphase_growth``; ``attrs["growth_began"]`` says what the time is counted from.

    Raises
    ------
    StudyError
        When time is to be counted from the last current and none is known, or from both at once.
    SchemaError
        As :func:`alkanode.impedance.interphase_growth`.
    """
    if settings.growth is None:
        raise StudyError("growth needs the name of a process", found="none")
    resistance = _at_rest(process_resistance(fit, settings.growth))
    options: dict[str, Any] = {"began": settings.began}
    if settings.growth_since == "current":
        if settings.began is not None:
            raise StudyError("time is counted from the assembly (began) or from the last current", found="both")
        if "time_since_current" not in resistance.variables:
            raise StudyError("the time since the last current is needed", found="no cycling record in the files")
        since = resistance["time_since_current"].to_numpy().astype(float)
        if not np.isfinite(since).any():
            raise StudyError("the time since the last current is needed", found="no current before the spectra")
        options = {"elapsed": np.where(since > 0, since, np.nan)}
    growth = interphase_growth(resistance, **options)
    if settings.growth_since == "current":
        growth.attrs["growth_began"] = "the last current before each spectrum"
    return growth


def _at_rest(resistance: xr.Dataset) -> xr.Dataset:
    """Only spectra without current; all where nothing is known of the current."""
    if "time_since_current" not in resistance.variables:
        return resistance
    under_current = resistance["time_since_current"].to_numpy() == 0
    result = resistance.copy()
    result["resistance"] = ("spectrum", np.where(under_current, np.nan, resistance["resistance"].to_numpy()))
    result["resistance"].attrs = dict(resistance["resistance"].attrs)
    return result
