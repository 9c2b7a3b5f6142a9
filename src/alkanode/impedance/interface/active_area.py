"""How much of an interface is in contact, from three routes that must agree.

A charge-transfer resistance grows as 1/f, a double-layer capacitance falls as f, and a constriction resistance follows
from f, the resistivity and the spacing of the spots. Each can be wrong in its own way: kinetics change, a capacitance is
not a double layer, a spacing is guessed. So all three are compared, and where they disagree there is no joint number.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.interface.area_posterior import PAIRS, ROUTES, area_posterior
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """A positive quantity along a series, with its error.

    Attributes
    ----------
    value
        (spectrum,) or one number; NaN where unknown.
    log_deviation
        Standard deviation of its logarithm (about the relative error), (spectrum,) or one number.
    reference
        Its value in the reference state; needed for resistances and capacitances that are compared with themselves.
    reference_log_deviation
        Standard deviation of the logarithm of the reference.
    """

    value: npt.ArrayLike
    log_deviation: npt.ArrayLike
    reference: float | None = None
    reference_log_deviation: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGeometry:
    """What turns a constriction resistance into an area fraction.

    Attributes
    ----------
    area
        Of the electrode, m2.
    resistivity
        Of the electrolyte, ohm m: (R0 + R_gb) area / thickness.
    spacing
        Radius of the cell that belongs to one spot, m: half the distance between spots, from tomography.
    resistivity_log_deviation, spacing_log_deviation
        Standard deviations of their logarithms. Defaults 0.1 and 0.5: a thickness and an area are known to some per cent,
        a spacing to a factor of 1.6 (assumed).
    """

    area: float
    resistivity: float
    spacing: float
    resistivity_log_deviation: float = 0.1
    spacing_log_deviation: float = 0.5

    def __post_init__(self) -> None:
        for name in ("area", "resistivity", "spacing"):
            if not getattr(self, name) > 0:
                raise PhysicsError(f"{name} must be positive", found=f"{getattr(self, name):g}")
        for name in ("resistivity_log_deviation", "spacing_log_deviation"):
            if not getattr(self, name) >= 0:
                raise PhysicsError(f"{name.replace('_', ' ')} must not be negative", found=f"{getattr(self, name):g}")

    @property
    def log_deviation(self) -> float:
        """Standard deviation of ln(rho b)."""
        return float(np.hypot(self.resistivity_log_deviation, self.spacing_log_deviation))


@source("Brug1984", "Negus1984")
def active_area(
    *,
    reference_state: str,
    charge_transfer: Measured | None = None,
    double_layer: Measured | None = None,
    constriction: Measured | None = None,
    geometry: ContactGeometry | None = None,
    correlation: npt.ArrayLike | None = None,
    least_fraction: float = 1e-4,
    disagreement_limit: float = 3.0,
    coordinates: xr.Dataset | None = None,
) -> xr.Dataset:
    """Area fraction in contact along a series, and whether the routes to it agree.

    Parameters
    ----------
    reference_state
        In words, where f = 1: for example ``"pressed Na at 10 MPa, before stripping"``. All fractions are relative to it.
    charge_transfer
        Resistance (ohm) of the charge transfer; R/R_ref = 1/f.
    double_layer
        Capacitance (F) of the double layer; C/C_ref = f. See :func:`effective_capacitance` for depressed arcs.
    constriction
        Resistance (ohm) of the constriction; needs ``geometry``, and no reference.
    geometry
        Area, resistivity and spacing of the spots.
    correlation
        Of the errors of ln R_ct, ln C and ln R_c within one spectrum, shape (3, 3) or (spectrum, 3, 3), from the covariance
        of a fit. Default none.
    least_fraction
        Beforehand ln f is even between this and 1. Default 1e-4: a cell with less contact than that is open.
    disagreement_limit
        Largest ``tension`` (standard deviations) at which the routes still count as one number. Default 3.
    coordinates
        A record whose coordinates over ``spectrum`` (time, charge, ...) are handed on.

    Returns
    -------
    Dataset
        Kind ``active_area``: ``area_fraction`` with ``area_fraction_low`` and ``_high`` (95 %), from all routes at once, NaN
        where they disagree; the same per route (``route_area_fraction``, ``route_low``, ``route_high``); ``tension`` per pair
        of routes; ``log_bayes_factor`` (ln of the evidence of one f over a free f per route: below 0 speaks for
        disagreement); ``agree``. With a constriction ``spacing_factor`` (low, middle, high) says how much larger rho b would
        be than given. ``attrs["checks"]`` names the spectra in doubt.

    Raises
    ------
    SchemaError
        Without a named reference state, without a route, or with series of different lengths.
    PhysicsError
        For values, deviations or references that are not positive, or correlations that are none.

    Warns
    -----
    DataQualityWarning
        Where routes disagree, or one finds more contact than in the reference state.

    Notes
    -----
    The errors of references, resistivity and spacing are shared by all spectra of a series: they move the whole curve, so
    differences along it are better known than each interval says. A route of its own cannot disagree with anything: with one
    route ``agree`` is true unless f lies above 1.
    """
    if not reference_state.strip():
        raise SchemaError("the reference state, where f = 1, must be named", found="nothing")
    given = dict(zip(ROUTES, (charge_transfer, double_layer, constriction), strict=True))
    if all(route is None for route in given.values()):
        raise SchemaError("at least one route to the area fraction is needed", found="none")
    if constriction is not None and geometry is None:
        raise SchemaError("a constriction needs area, resistivity and spacing", found="no geometry")
    if not 0 < least_fraction < 1 or not disagreement_limit > 0:
        raise PhysicsError(
            "a least fraction in (0, 1) and a positive limit are needed",
            found=f"{least_fraction:g} and {disagreement_limit:g}",
        )
    measured, own, shared = _logarithms(given, geometry)
    covariance = _covariance(own, shared, correlation)
    spread = geometry.log_deviation if geometry is not None and constriction is not None else 0.0
    found = area_posterior(measured, covariance, spread, least_fraction)
    total = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    above = np.stack([-measured[:, 0] / total[:, 0], measured[:, 1] / total[:, 1]], axis=1) > disagreement_limit
    tense = np.nanmax(np.abs(np.nan_to_num(found.tension)), axis=1) > disagreement_limit
    known = np.isfinite(found.common[:, 1])
    agree = known & ~tense & ~above.any(axis=1)
    fractions = np.exp(found.common)
    fractions[~agree] = np.nan
    routes = np.exp(found.separate)
    record = xr.Dataset(
        {
            "area_fraction": ("spectrum", fractions[:, 1]),
            "area_fraction_low": ("spectrum", fractions[:, 0]),
            "area_fraction_high": ("spectrum", fractions[:, 2]),
            "route_area_fraction": (("spectrum", "route"), routes[:, :, 1]),
            "route_low": (("spectrum", "route"), routes[:, :, 0]),
            "route_high": (("spectrum", "route"), routes[:, :, 2]),
            "tension": (("spectrum", "pair"), found.tension),
            "log_bayes_factor": ("spectrum", found.log_bayes),
            "agree": ("spectrum", agree),
            "spacing_factor": (("spectrum", "quantile"), np.exp(found.scale)),
        },
        coords={
            "route": list(ROUTES),
            "pair": [f"{ROUTES[a]} against {ROUTES[b]}" for a, b in PAIRS],
            "quantile": [0.025, 0.5, 0.975],
        },
        attrs={
            "reference_state": reference_state.strip(),
            "least_fraction": least_fraction,
            "disagreement_limit": disagreement_limit,
            "routes": " ".join(name for name, route in given.items() if route is not None),
        },
    )
    checks = _checks(tense, above)
    record.attrs["checks"] = "\n".join(checks)
    for line in checks:
        warnings.warn(line, DataQualityWarning, stacklevel=3)
    if coordinates is not None:
        record = _with_coordinates(record, coordinates)
    return label(record, "active_area")


def _logarithms(
    given: dict[str, Measured | None], geometry: ContactGeometry | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Measured logarithms, their own deviations, and those of the references, each (spectrum, 3)."""
    sizes = {np.size(np.asarray(route.value)) for route in given.values() if route is not None}
    if len(sizes - {1}) > 1:
        raise SchemaError("routes need series of one length", found=", ".join(str(size) for size in sorted(sizes)))
    count = max(sizes)
    measured, own, shared = (np.full((count, 3), fill) for fill in (np.nan, 1.0, 0.0))
    for place, (name, route) in enumerate(given.items()):
        if route is None:
            continue
        spoken = name.replace("_", " ")
        value = np.broadcast_to(np.asarray(route.value, dtype=np.float64), count)
        deviation = np.broadcast_to(np.asarray(route.log_deviation, dtype=np.float64), count)
        if not (value > 0)[~np.isnan(value)].all():
            raise PhysicsError(
                f"values of the {spoken} must be positive",
                found=f"{np.nanmin(value):g}",
                todo="Give NaN where a process is not seen",
            )
        if not (deviation > 0)[np.isfinite(value)].all() or not np.isfinite(deviation[np.isfinite(value)]).all():
            raise PhysicsError(
                f"log deviations of the {spoken} must be positive and finite", found=f"{deviation.min():g}"
            )
        reference = route.reference
        if name == "constriction" and geometry is not None:
            reference = geometry.resistivity * geometry.spacing * np.pi / 4 / geometry.area
        if reference is None or not reference > 0 or not route.reference_log_deviation >= 0:
            raise PhysicsError(f"the {spoken} needs a positive reference", found=repr(route.reference))
        measured[:, place] = np.log(value / reference)
        known = np.isfinite(value)
        own[known, place] = deviation[known]
        shared[:, place] = route.reference_log_deviation
    return measured, own, shared


def _covariance(own: FloatArray, shared: FloatArray, correlation: npt.ArrayLike | None) -> FloatArray:
    """(spectrum, 3, 3) covariance of the measured logarithms."""
    r = np.eye(3) if correlation is None else np.asarray(correlation, dtype=np.float64)
    if r.shape not in {(3, 3), (own.shape[0], 3, 3)}:
        raise SchemaError("a correlation has shape (3, 3) or (spectrum, 3, 3)", found=str(r.shape))
    r = np.where(np.isfinite(r), r, np.eye(3))
    even = np.allclose(r, np.swapaxes(r, -1, -2)) and np.allclose(np.diagonal(r, axis1=-2, axis2=-1), 1)
    if not even or not (np.linalg.eigvalsh(r) > 1e-9).all():
        raise PhysicsError(
            "a correlation matrix is symmetric, has ones on its diagonal and is positive", found="another"
        )
    covariance = r * own[:, :, None] * own[:, None, :]
    return np.asarray(covariance + np.eye(3) * shared[:, None, :] ** 2)


def _checks(tense: npt.NDArray[np.bool_], above: npt.NDArray[np.bool_]) -> list[str]:
    lines = []
    if tense.any():
        lines.append(f"the routes to the area fraction disagree in spectra {_numbers(tense)}: no joint value there")
    for place, name in enumerate(("charge-transfer resistance", "double-layer capacitance")):
        if above[:, place].any():
            lines.append(
                f"the {name} finds more contact than in the reference state in spectra {_numbers(above[:, place])}"
            )
    return lines


def _numbers(which: npt.NDArray[np.bool_]) -> str:
    found = np.flatnonzero(which)
    told = ", ".join(str(index) for index in found[:10])
    return told if found.size <= 10 else f"{told} and {found.size - 10} more"


def _with_coordinates(record: xr.Dataset, coordinates: xr.Dataset) -> xr.Dataset:
    if coordinates.sizes.get("spectrum") != record.sizes["spectrum"]:
        raise SchemaError(
            "coordinates need one value per spectrum",
            found=f"{coordinates.sizes.get('spectrum')} for {record.sizes['spectrum']}",
        )
    return record.assign_coords(spectrum_coordinates(coordinates))
