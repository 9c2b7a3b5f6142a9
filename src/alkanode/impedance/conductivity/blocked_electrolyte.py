"""Conductivity of an electrolyte between blocking electrodes.

The spectrum of such a cell is bulk, grain boundaries and a blocking tail: ``L + R0 + (R1 Q1) + Q2`` in series. Direct current
would see R0 + R1. Where the arc is cut off at the highest frequency only that sum is determined, not its parts. Where the
circuit does not describe the spectrum, the real part at the least phase stands in for it.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.impedance.circuits.arcs_of_tree import arcs_of
from alkanode.impedance.circuits.circuit import parse_circuit
from alkanode.impedance.circuits.continuation import fit_series
from alkanode.impedance.circuits.presets import CIRCUIT_PRESETS
from alkanode.impedance.circuits.process_resistance import positive_interval, process_resistance
from alkanode.impedance.conductivity.phase_minimum import LARGEST_PHASE, phase_minimum
from alkanode.impedance.frequency_grids import frequency_grids, masked_spectra, measured_windows
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks
from alkanode.impedance.validity.findings import name_spectra

Floats = npt.NDArray[np.float64]

NO_GEOMETRY = "a conductivity needs the thickness of the electrolyte and the electrode area; without them only its resistance is known"
"""What is said where no conductivity can be given."""


@source("Park2021")
def electrolyte_conductivity(
    record: RecordLike,
    *,
    thickness: QuantityLike | None = None,
    area: QuantityLike | None = None,
    thickness_uncertainty: QuantityLike = 0.0,
    area_uncertainty: QuantityLike = 0.0,
    temperature: QuantityLike | npt.ArrayLike | None = None,
    temperature_uncertainty: float = 0.0,
    largest_missing: float = 0.1,
    largest_residual: float = 0.05,
) -> xr.Dataset:
    """Resistance and conductivity of a blocked electrolyte, per spectrum.

    Parameters
    ----------
    record
        Impedance record of cells with electrodes that block the working ion.
    thickness, area
        Of the electrolyte (m, or text) and of the electrodes (m2, or text). Without both ``conductivity`` is NaN and
        ``attrs["refused"]`` says so.
    thickness_uncertainty, area_uncertainty
        Standard deviations (m and m2, or text); 0 takes the geometry as exact.
    temperature
        K, or text; or one number in K per spectrum.
    temperature_uncertainty
        Standard deviation of a temperature, K.
    largest_missing
        Bulk and grain boundaries are told apart where no more than this share of the arc's resistance is left in the real
        part of the arc at the highest frequency. Default 0.1: beyond, R0 rests on the assumed shape of the arc.
    largest_residual
        Rms residual of the circuit over |Z| above which the fallback is used; 0.05.

    Returns
    -------
    Dataset
        Kind ``electrolyte_conductivity`` over spectrum: ``resistance`` (ohm, R0 + R1), ``standard_deviation``,
        ``lower_95``, ``upper_95`` (ohm); ``conductivity``, ``conductivity_deviation``, ``conductivity_low``,
        ``conductivity_high`` (S m-1, with the uncertainty of the geometry); ``method`` (``"circuit"``,
        ``"phase minimum"`` or ``""``); ``arc`` (``"in the window"``, ``"cut at the top"``, ``"none"``);
        ``bulk_resistance`` and ``grain_boundary_resistance`` (ohm, NaN unless the arc is in the window);
        ``relaxation_time`` of the arc (s); ``phase_minimum_frequency`` (Hz), ``phase_minimum`` (rad) and
        ``phase_minimum_resistance`` (ohm). The fallback has no standard deviation.

    Raises
    ------
    SchemaError
        For a record of another kind, temperatures that do not fit, or an option out of range.
    UnitsError
        For a text that is no thickness, area or temperature.

    Warns
    -----
    DataQualityWarning
        Where the fallback was used, and where it gives no resistance either: the least phase is beyond 45 degrees, or the real
        part there is not positive.

    Notes
    -----
    ``sigma = l / (A (R0 + R1))``; the relative variances of l, A and R add. R0 and R1 are strongly anticorrelated when the
    arc is cut off; the variance of their sum contains their covariance.
    """
    record = check(record, "impedance")
    if not largest_missing > 0 or not largest_residual > 0:
        raise SchemaError("thresholds must be positive", found=f"{largest_missing:g} and {largest_residual:g}")
    masked = masked_spectra(record)
    n = masked.size
    preset = CIRCUIT_PRESETS["blocked-electrolyte"]
    with warnings.catch_warnings():  # where the circuit does not fit, the fallback says so below
        warnings.simplefilter("ignore", DataQualityWarning)
        fit = fit_series(record, preset)
    whole = process_resistance(fit, "electrolyte")
    resistance, deviation = (whole[name].to_numpy().copy() for name in ("resistance", "standard_deviation"))
    low, high = (whole[name].to_numpy().copy() for name in ("lower_95", "upper_95"))
    rms = _rms(fit)
    good = np.isfinite(resistance) & np.isfinite(deviation) & (rms <= largest_residual)
    lowest = _phase_minima(record)
    method = np.where(masked, "", np.where(good, "circuit", "phase minimum"))
    capacitive = (method == "phase minimum") & ~((lowest[2] > 0) & (np.abs(lowest[1]) <= LARGEST_PHASE))
    method[capacitive] = ""
    resistance[capacitive] = np.nan
    fallen = method == "phase minimum"
    resistance[fallen] = lowest[2][fallen]
    for values in (deviation, low, high):
        values[fallen | capacitive] = np.nan
    if capacitive.any():
        message = (
            f"{name_spectra(np.flatnonzero(capacitive).tolist())} of {n}: neither the circuit nor a point of small phase and "
            "positive real part gives a resistance; none is given"
        )
        warnings.warn(message, DataQualityWarning, stacklevel=3)
    if fallen.any():
        message = (
            f"{name_spectra(np.flatnonzero(fallen).tolist())} of {n}: the circuit {preset.circuit} does not describe the "
            "spectrum; the real part at the least phase is given instead, without an interval"
        )
        warnings.warn(message, DataQualityWarning, stacklevel=3)
    arc, tau, bulk, boundary = _arc(fit, good, largest_missing)
    sizes = [
        None if value is None else to_si(value, name) for value, name in ((thickness, "thickness"), (area, "area"))
    ]
    sigma = _conductivity(
        sizes,
        (to_si(thickness_uncertainty, "thickness"), to_si(area_uncertainty, "area")),
        resistance,
        deviation,
    )
    fields = {
        "resistance": resistance,
        "standard_deviation": deviation,
        "lower_95": low,
        "upper_95": high,
        **dict(
            zip(("conductivity", "conductivity_deviation", "conductivity_low", "conductivity_high"), sigma, strict=True)
        ),
        "bulk_resistance": bulk,
        "grain_boundary_resistance": boundary,
        "relaxation_time": tau,
        "phase_minimum_frequency": lowest[0],
        "phase_minimum": np.radians(lowest[1]),
        "phase_minimum_resistance": lowest[2],
    }
    result = xr.Dataset(
        {
            **{name: ("spectrum", values) for name, values in fields.items()},
            "method": ("spectrum", method.astype(str)),
            "arc": ("spectrum", arc),
            **spectrum_masks(record),
        },
        coords=spectrum_coordinates(record),
        attrs={
            "circuit": preset.circuit,
            "assumed": preset.assumed,
            "refused": "" if all(size is not None for size in sizes) else NO_GEOMETRY,
            "thickness": np.nan if sizes[0] is None else sizes[0],
            "area": np.nan if sizes[1] is None else sizes[1],
            "largest_missing": largest_missing,
            "largest_residual": largest_residual,
        },
    )
    for name, unit in _UNITS.items():
        result[name].attrs["units"] = unit
    if temperature is not None:
        result["temperature"] = ("spectrum", _temperatures(temperature, n))
        result["temperature_deviation"] = ("spectrum", np.full(n, float(temperature_uncertainty)), {"units": "K"})
    return label(result, "electrolyte_conductivity")


_UNITS = {
    **dict.fromkeys(
        (
            "standard_deviation",
            "lower_95",
            "upper_95",
            "bulk_resistance",
            "grain_boundary_resistance",
            "phase_minimum_resistance",
        ),
        "ohm",
    ),
    **dict.fromkeys(("conductivity_deviation", "conductivity_low", "conductivity_high"), "S m-1"),
    "phase_minimum_frequency": "Hz",
    "phase_minimum": "rad",
}


def _rms(fit: xr.Dataset) -> Floats:
    """Rms residual over |Z| of each spectrum; NaN without a fit."""
    square = fit["residual_real"].to_numpy() ** 2 + fit["residual_imaginary"].to_numpy() ** 2
    known = np.isfinite(square)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.where(known, square, 0.0).sum(axis=1) / (2 * known.sum(axis=1))))


def _phase_minima(record: xr.Dataset) -> tuple[Floats, Floats, Floats]:
    """Frequency (Hz), phase (degrees) and real part (ohm) at the least phase of each spectrum."""
    found = np.full((3, record.sizes["spectrum"]), np.nan)
    for grid in frequency_grids(record):
        found[:, grid.spectra] = phase_minimum(grid.frequency, grid.impedance)
    return found[0], found[1], found[2]


def _arc(
    fit: xr.Dataset, good: npt.NDArray[np.bool_], largest_missing: float
) -> tuple[npt.NDArray[np.str_], Floats, Floats, Floats]:
    """Where the arc lies, its relaxation time (s), bulk and grain-boundary resistance (ohm)."""
    circuit = parse_circuit(str(fit.attrs["circuit"]))
    value = fit["value"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        tau = np.exp(arcs_of(circuit.tree)[0].log_time(value))
    shortest, _ = measured_windows(fit)
    bulk, boundary = value[:, circuit.position("R0")], value[:, circuit.position("R1")]
    alpha = value[:, circuit.position("CPE1_alpha")]
    with np.errstate(invalid="ignore", over="ignore"):
        missing = (1 / (1 + (1j * tau / shortest) ** alpha)).real
    inside, there = missing <= largest_missing, boundary > 0.01 * (bulk + boundary)
    words = np.where(good & there, np.where(inside, "in the window", "cut at the top"), "none")
    split = good & there & inside
    return (
        np.where(good, words, "").astype(str),
        np.where(good, tau, np.nan),
        np.where(split, bulk, np.nan),
        np.where(split, boundary, np.nan),
    )


def _conductivity(
    sizes: list[float | None], uncertainties: tuple[float, float], resistance: Floats, deviation: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Conductivity, deviation and interval (S m-1); NaN without a geometry."""
    length, area = sizes
    if length is None or area is None:
        unknown = np.full(resistance.shape, np.nan)
        return unknown, unknown, unknown, unknown
    if not (length > 0 and area > 0) or min(uncertainties) < 0:
        raise SchemaError(
            "thickness and area must be positive, their uncertainties not negative",
            found=f"{length:g} m, {area:g} m2, {uncertainties[0]:g} m, {uncertainties[1]:g} m2",
        )
    sigma = length / (area * resistance)
    relative = np.sqrt(
        (uncertainties[0] / length) ** 2 + (uncertainties[1] / area) ** 2 + (deviation / resistance) ** 2
    )
    low, high = positive_interval(sigma, sigma * relative)
    return sigma, sigma * relative, low, high


def _temperatures(temperature: QuantityLike | npt.ArrayLike, count: int) -> Floats:
    """One temperature (K) per spectrum."""
    if isinstance(temperature, list | tuple | np.ndarray):
        given = np.array([to_si(value, "temperature") for value in temperature])
        if given.size != count:
            raise SchemaError("one temperature, or one per spectrum", found=f"{given.size} for {count} spectra")
        return given
    return np.full(count, to_si(temperature, "temperature"))
