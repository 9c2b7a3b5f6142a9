"""Which parameters of a fit the data determine, and which only the fit.

A fit always returns numbers. A parameter is doubted when it stands on a bound, when its standard deviation exceeds its
value, when another parameter can stand in for it (correlation near one), or when its arc lies outside the measured window.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.arcs_of_tree import arcs_of
from alkanode.impedance.circuits.circuit import parse_circuit
from alkanode.impedance.frequency_grids import measured_windows
from alkanode.impedance.validity.findings import Findings

Floats = npt.NDArray[np.float64]


def identifiability(
    fit: RecordLike,
    *,
    correlation: float = 0.99,
    relative_deviation: float = 1.0,
    correlated_deviation: float = 0.2,
    warn: bool = True,
) -> xr.Dataset:
    """The fit with a mark on each parameter that the data determine.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.
    correlation
        Magnitude of the correlation of two parameters above which both are doubted. Default 0.99: the error of either is
        then seven times what it would be if the other were known.
    correlated_deviation
        Standard deviation over value from which on a correlation counts. Default 0.2: admittance and exponent of a
        constant-phase element are always correlated, and yet often known to a few per cent.
    relative_deviation
        Standard deviation over value above which a parameter is doubted; 1.
    warn
        Whether to warn of what is doubted.

    Returns
    -------
    Dataset
        The record with ``identified`` (true or false) over (spectrum, parameter), ``largest_correlation`` over
        (spectrum, parameter), and one line per finding in ``attrs["checks"]``. Spectra without a fit are not identified.

    Raises
    ------
    SchemaError
        For a record of another kind or a threshold out of range.

    Warns
    -----
    DataQualityWarning
        Once per kind of doubt.

    Notes
    -----
    The covariance of a fit describes the valley it ended in as a parabola. Where a parameter is doubted, use
    :func:`alkanode.impedance.profile_likelihood`.
    """
    fit = check(fit, "circuit_fit")
    if not 0 < correlation < 1 or not min(relative_deviation, correlated_deviation) > 0:
        raise SchemaError(
            "correlation must lie in (0, 1), relative_deviation and correlated_deviation above 0",
            found=f"{correlation:g}, {relative_deviation:g} and {correlated_deviation:g}",
        )
    value, deviation = fit["value"].to_numpy(), fit["standard_deviation"].to_numpy()
    names = [str(name) for name in fit["parameter"].to_numpy()]
    fitted = np.isfinite(value).all(axis=1)
    free = ~((deviation == 0) & fitted[:, None])
    largest = _largest_correlation(fit["covariance"].to_numpy(), deviation)
    with np.errstate(invalid="ignore", divide="ignore"):
        doubts = {
            "a parameter stands on a bound": fit["at_bound"].to_numpy().astype(bool),
            "a standard deviation exceeds its parameter": deviation > relative_deviation * np.abs(value),
            f"two parameters are correlated above {correlation:g}": (largest > correlation)
            & (deviation > correlated_deviation * np.abs(value)),
            "an arc lies outside the measured window": _outside(fit, names),
        }
    findings = Findings()
    for kind, doubted in doubts.items():
        for spectrum, place in zip(*np.nonzero(doubted & fitted[:, None] & free), strict=True):
            findings.add(int(spectrum), kind, names[int(place)])
    if "converged" in fit.variables:
        for spectrum in np.flatnonzero(fitted & ~fit["converged"].to_numpy().astype(bool)):
            findings.add(int(spectrum), "the fit did not converge")
    if warn:
        findings.warn(value.shape[0], stacklevel=3)
    doubted = np.any(list(doubts.values()), axis=0)
    result = fit.assign(
        identified=(("spectrum", "parameter"), fitted[:, None] & ~doubted),
        largest_correlation=(("spectrum", "parameter"), largest),
    )
    earlier = str(fit.attrs.get("checks", ""))
    result.attrs["checks"] = "\n".join(line for line in (earlier, *findings.lines()) if line)
    return label(result, "circuit_fit")


def _largest_correlation(covariance: Floats, deviation: Floats) -> Floats:
    """Largest magnitude of the correlation of each parameter with another, shape (spectrum, parameter)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = np.abs(covariance / (deviation[:, :, None] * deviation[:, None, :]))
    index = np.arange(matrix.shape[1])
    matrix[:, index, index] = 0.0
    return np.asarray(np.nan_to_num(matrix).max(axis=2, initial=0.0))


def _outside(fit: xr.Dataset, names: list[str]) -> npt.NDArray[np.bool_]:
    """Resistances of arcs whose relaxation time lies outside the window of their sweep."""
    value = fit["value"].to_numpy()
    shortest, longest = measured_windows(fit)
    outside = np.zeros((value.shape[0], len(names)), dtype=bool)
    for arc in arcs_of(parse_circuit(str(fit.attrs["circuit"])).tree):
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            tau = np.exp(arc.log_time(value))
        outside[:, arc.resistance] = (tau < shortest) | (tau > longest)
    return outside
