"""The resistance of a process out of a fit: a sum of parameters with their covariance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import add_sources
from alkanode.impedance.circuits.presets import processes_of
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.numerics.quantiles import NORMAL_95

Floats = npt.NDArray[np.float64]

_NOTHING = 1e-3
"""Share of a sum below which a resistance on its bound counts as zero."""


def process_resistance(fit: RecordLike, process: str | Sequence[str]) -> xr.Dataset:
    """Resistance of one process per spectrum, with the covariance of the parameters that add up to it.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.
    process
        A process that the fit names (``"interface"`` of a preset), or one or several resistances of its circuit,
        which are added: ``"R3"``, ``("R0", "R1")``.

    Returns
    -------
    Dataset
        Kind ``process_resistance`` over spectrum: ``resistance`` (ohm), ``standard_deviation`` (ohm), ``lower_95`` and
        ``upper_95`` (ohm), and the coordinates of the spectra. Masked or failed spectra hold NaN. One parameter keeps the
        interval of the fit; a sum has the resistance times or over ``exp(1.96 sd/resistance)``, since no resistance is
        negative. ``attrs``: ``process``, ``parameters``.

    Raises
    ------
    SchemaError
        For a record of another kind, an unknown process or parameter, or a parameter that is no resistance.
    """
    fit = check(fit, "circuit_fit")
    name, members = parameters_of(fit, process)
    index = [list(map(str, fit["parameter"].to_numpy())).index(member) for member in members]
    values = fit["value"].to_numpy()[:, index]
    covariance = fit["covariance"].to_numpy()[:, index][:, :, index]
    resistance = values.sum(axis=1)
    if len(index) > 1:  # what stands on its bound and adds next to nothing takes no part in the error of the sum
        nothing = fit["at_bound"].to_numpy()[:, index].astype(bool) & (values < _NOTHING * resistance[:, None])
        covariance = np.where(nothing[:, :, None] | nothing[:, None, :], 0.0, covariance)
    variance = covariance.sum(axis=(1, 2))
    deviation = np.sqrt(np.where(variance >= 0, variance, np.nan))  # rounding may leave none
    if len(index) == 1:
        low, high = (fit[field].to_numpy()[:, index[0]] for field in ("lower_95", "upper_95"))
    else:
        low, high = positive_interval(resistance, deviation)
    record = resistance_record(fit, resistance, deviation, low, high)
    record.attrs.update(process=name, parameters=" ".join(members), circuit=str(fit.attrs.get("circuit", "")))
    return record


def parameters_of(fit: xr.Dataset, process: str | Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Name of a process and the resistances of the circuit that add up to it."""
    named = processes_of(str(fit.attrs.get("processes", "")))
    known = [str(name) for name in fit["parameter"].to_numpy()]
    if isinstance(process, str):
        name, members = process, named.get(process, (process,))
    else:
        members = tuple(process)
        name = " + ".join(members)
    missing = [member for member in members if member not in known]
    if missing or not members:
        raise SchemaError(
            "a process or a resistance of the fitted circuit is needed",
            found=", ".join(map(repr, missing)) or "none",
            todo=f"Processes: {', '.join(named) or '(none named)'}; parameters: {', '.join(known)}",
        )
    units = dict(zip(known, str(fit.attrs.get("parameter_units", "")).split(), strict=False))
    wrong = [member for member in members if units.get(member, "ohm") != "ohm"]
    if wrong:
        raise SchemaError("a resistance is needed", found=f"{', '.join(wrong)} in {units[wrong[0]]}")
    return name, members


def positive_interval(value: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    """95 % interval of what cannot be negative: value times or over exp(1.96 sd/value)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.exp(NORMAL_95 * deviation / value)
        return np.asarray(value / factor), np.asarray(value * factor)


def resistance_record(
    source: xr.Dataset, resistance: Floats, deviation: Floats, low: Floats, high: Floats
) -> xr.Dataset:
    """A ``process_resistance`` record with the coordinates, masks and sources of the record behind it."""
    fields = {"resistance": resistance, "standard_deviation": deviation, "lower_95": low, "upper_95": high}
    record = xr.Dataset(
        {name: ("spectrum", np.asarray(values, dtype=np.float64)) for name, values in fields.items()},
        coords=spectrum_coordinates(source),
    )
    for name in ("masked", "mask_reason"):
        if name in source.variables:
            record[name] = source[name].variable
    for name in ("standard_deviation", "lower_95", "upper_95"):
        record[name].attrs["units"] = "ohm"
    add_sources(record, str(source.attrs.get("sources", "")).split())
    return label(record, "process_resistance")
