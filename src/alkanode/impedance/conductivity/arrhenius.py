"""Activation energy of a conductivity: a straight line of ln(sigma T) or ln(sigma) over 1/T, errors on both axes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.constants import gas_constant

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.numerics.model_choice import student

Floats = npt.NDArray[np.float64]


def arrhenius(
    conductivities: RecordLike,
    *,
    quantity: Literal["sigma T", "sigma"] = "sigma T",
    temperature_uncertainty: float = 0.0,
) -> xr.Dataset:
    """Activation energy from conductivities at several temperatures.

    Parameters
    ----------
    conductivities
        Record of kind ``electrolyte_conductivity`` with ``temperature`` (K) and ``conductivity`` (S m-1) over spectrum.
    quantity
        ``"sigma T"`` (default, ions that hop: sigma T = A exp(-E/RT)) or ``"sigma"`` (sigma = A exp(-E/RT), the habit of
        polymers). The energies differ by R T, 2.5 kJ/mol at 25 degC: say which one a number is.
    temperature_uncertainty
        Standard deviation of each temperature against the others (K), where the record has none. An offset common to all
        hardly matters.

    Returns
    -------
    Dataset
        Kind ``arrhenius``: ``activation_energy``, ``activation_energy_deviation`` (J mol-1), ``log_prefactor`` (ln of A in
        S K m-1, or S m-1) and its deviation, and over spectrum ``temperature``, ``conductivity``,
        ``conductivity_deviation``, ``law_conductivity`` (S m-1). ``attrs``: ``quantity``, ``reduced_chi_square``,
        ``interval_factor`` (half width of the 95 % interval in deviations).

    Raises
    ------
    SchemaError
        For a record of another kind, without temperatures, or fewer than 3 temperatures with a conductivity.
    PhysicsError
        When a temperature is not above zero.

    Notes
    -----
    Area and thickness scale all conductivities alike: they move A, not E, and are left out of the weights. Each point has
    the relative deviation of its resistance, and that of its temperature through the slope (two rounds). When the
    points scatter more than that, the deviations are scaled up to the scatter, never down.
    """
    record = check(conductivities, "electrolyte_conductivity")
    if quantity not in ("sigma T", "sigma"):
        raise SchemaError("quantity is 'sigma T' or 'sigma'", found=repr(quantity))
    if "temperature" not in record.variables:
        raise SchemaError("an activation energy needs the temperature of every spectrum", found="none")
    T, sigma = record["temperature"].to_numpy().astype(float), record["conductivity"].to_numpy()
    relative = record["standard_deviation"].to_numpy() / record["resistance"].to_numpy()
    kept = np.flatnonzero(np.isfinite(T) & np.isfinite(sigma) & (sigma > 0))
    if (T[kept] <= 0).any():
        raise PhysicsError("a temperature is above absolute zero", found=f"{T[kept].min():g} K")
    if np.unique(T[kept]).size < 3:
        raise SchemaError(
            "an activation energy needs conductivities at 3 temperatures",
            found=str(np.unique(T[kept]).size),
            todo="Conductivities need thickness and area",
        )
    blur = np.full(T.size, float(temperature_uncertainty))
    if "temperature_deviation" in record.variables:
        blur = record["temperature_deviation"].to_numpy()
    x = 1 / T[kept]
    y = np.log(sigma[kept] * T[kept]) if quantity == "sigma T" else np.log(sigma[kept])
    own = np.where(np.isfinite(relative[kept]), relative[kept], np.nan)
    own = np.where(np.isfinite(own), own, np.nanmedian(own) if np.isfinite(own).any() else 0.0)
    slope, start, covariance, reduced = 0.0, 0.0, np.zeros((2, 2)), 0.0
    for _ in range(3):
        variance = own**2 + (slope * blur[kept] / T[kept] ** 2) ** 2
        known = bool((variance > 0).all())
        slope, start, covariance, reduced = _line(x, y, 1 / variance if known else np.ones(x.size), known)
    law = np.full(T.size, np.nan)
    law[kept] = np.exp(start + slope * x) / (T[kept] if quantity == "sigma T" else 1.0)
    energy, deviation = -gas_constant * slope, gas_constant * float(np.sqrt(covariance[1, 1]))
    result = xr.Dataset(
        {
            "activation_energy": energy,
            "activation_energy_deviation": deviation,
            "log_prefactor": start,
            "log_prefactor_deviation": float(np.sqrt(covariance[0, 0])),
            "temperature": ("spectrum", T),
            "temperature_deviation": ("spectrum", blur),
            "conductivity": ("spectrum", sigma),
            "conductivity_deviation": ("spectrum", relative * sigma),
            "law_conductivity": ("spectrum", law),
        },
        attrs={
            "quantity": quantity,
            "reduced_chi_square": reduced,
            "interval_factor": student(float(kept.size), 2),
            "points": int(kept.size),
        },
    )
    result["activation_energy_deviation"].attrs["units"] = "J mol-1"
    return label(result, "arrhenius")


def _line(x: Floats, y: Floats, weight: Floats, known: bool) -> tuple[float, float, Floats, float]:
    """Slope, intercept, covariance of (intercept, slope) and reduced chi square of a weighted straight line."""
    total = weight.sum()
    centre = float(weight @ x / total)
    power = float(weight @ (x - centre) ** 2)
    slope = float(weight @ ((x - centre) * y) / power)
    start = float(weight @ y / total) - slope * centre
    reduced = float(weight @ (y - start - slope * x) ** 2) / max(x.size - 2, 1)
    covariance = np.array([[1 / total + centre**2 / power, -centre / power], [-centre / power, 1 / power]])
    return slope, start, covariance * (max(reduced, 1.0) if known else reduced), reduced
