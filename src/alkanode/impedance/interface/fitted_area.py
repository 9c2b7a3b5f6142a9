"""Area fraction from a fitted circuit: which of its parameters are the three routes, and how their errors go together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.arcs_of_tree import Arc
from alkanode.impedance.interface.active_area import ContactGeometry, Measured, active_area

FloatArray = npt.NDArray[np.float64]


def active_area_of_fit(
    fit: RecordLike,
    *,
    reference_spectrum: int,
    reference_state: str,
    charge_transfer: str | None = None,
    double_layer: str | None = None,
    beside: str | None = None,
    constriction: str | None = None,
    geometry: ContactGeometry | None = None,
    least_fraction: float = 1e-4,
    disagreement_limit: float = 3.0,
) -> xr.Dataset:
    """Area fraction along a series from a fitted circuit.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.
    reference_spectrum
        Position of the spectrum in which f = 1.
    reference_state
        That state in words.
    charge_transfer
        Parameter that is the charge-transfer resistance: ``"R2"``, or ``"Zarc2_R"``.
    double_layer
        Element that is the double layer: ``"C2"``, ``"CPE2"`` or ``"Zarc2"``. A constant-phase element is turned into a
        capacitance with the resistance beside it, a depressed arc has tau/R.
    beside
        Resistance beside a constant-phase element; default ``charge_transfer``.
    constriction
        Parameter that is the constriction resistance; needs ``geometry``.
    geometry, least_fraction, disagreement_limit
        As in :func:`active_area`.

    Returns
    -------
    Dataset
        As :func:`active_area`, with the errors of the routes correlated as the fit says and the coordinates of its spectra.

    Raises
    ------
    SchemaError
        When the fit lacks a named parameter, or the reference spectrum was not fitted.

    Notes
    -----
    The reference spectrum is compared with itself, so its fractions are 1 with the error of a difference of two spectra. One
    spectrum without an error (a parameter on a bound) is left out.
    """
    fit = check(fit, "circuit_fit")
    names = [str(name) for name in fit["parameter"].to_numpy()]
    values = fit["value"].to_numpy()
    if not 0 <= reference_spectrum < values.shape[0]:
        raise SchemaError("the reference spectrum must exist", found=f"{reference_spectrum} of {values.shape[0]}")
    routes = {
        "charge_transfer": None if charge_transfer is None else _logarithm(names, values, charge_transfer),
        "double_layer": None
        if double_layer is None
        else _log_capacitance(names, values, double_layer, beside or charge_transfer),
        "constriction": None if constriction is None else _logarithm(names, values, constriction),
    }
    slopes = np.stack([np.zeros_like(values) if one is None else one[1] for one in routes.values()], axis=1)
    relative = fit["covariance"].to_numpy() / (values[:, :, None] * values[:, None, :])
    joint = np.einsum("srp,spq,stq->srt", slopes, np.nan_to_num(relative), slopes)
    deviation = np.sqrt(np.diagonal(joint, axis1=1, axis2=2))
    usable = np.isfinite(values).all(axis=1)
    given: dict[str, Measured | None] = {}
    for place, (route, one) in enumerate(routes.items()):
        if one is None:
            given[route] = None
            continue
        known = usable & (deviation[:, place] > 0)
        if route != "constriction" and not known[reference_spectrum]:
            raise SchemaError(
                f"the reference spectrum {reference_spectrum} needs a fitted {route.replace('_', ' ')} with an error",
                found="none",
                todo="Take another reference, or look at its fit",
            )
        given[route] = Measured(
            value=np.where(known, np.exp(one[0]), np.nan),
            log_deviation=np.where(known, deviation[:, place], np.nan),
            reference=float(np.exp(one[0][reference_spectrum])),
            reference_log_deviation=0.0 if route == "constriction" else float(deviation[reference_spectrum, place]),
        )
    scale = np.where(deviation > 0, deviation, 1.0)
    correlation = joint / (scale[:, :, None] * scale[:, None, :])
    correlation[:, range(3), range(3)] = 1.0
    return active_area(
        reference_state=reference_state,
        geometry=geometry,
        correlation=correlation,
        least_fraction=least_fraction,
        disagreement_limit=disagreement_limit,
        coordinates=fit,
        **given,
    )


def _place(names: list[str], name: str) -> int:
    if name not in names:
        raise SchemaError(
            "a parameter of the fitted circuit is needed", found=repr(name), todo=f"Known: {', '.join(names)}"
        )
    return names.index(name)


def _logarithm(names: list[str], values: FloatArray, name: str) -> tuple[FloatArray, FloatArray]:
    """Logarithm of a parameter (spectrum,), and its derivatives by the logarithms of all parameters (spectrum, parameter)."""
    slopes = np.zeros_like(values)
    slopes[:, _place(names, name)] = 1.0
    return np.log(values[:, _place(names, name)]), slopes


def _log_capacitance(
    names: list[str], values: FloatArray, element: str, beside: str | None
) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the capacitance of an element (of an arc tau/R), and its derivatives as in :func:`_logarithm`."""
    if element in names:
        return _logarithm(names, values, element)
    if f"{element}_tau" in names:
        arc = Arc(_place(names, f"{element}_R"), (_place(names, f"{element}_tau"),), own_time=True)
    elif beside is not None:
        arc = Arc(_place(names, beside), (_place(names, f"{element}_Q"), _place(names, f"{element}_alpha")))
    else:
        raise SchemaError(
            "a constant-phase element needs the resistance beside it", found="neither beside nor charge_transfer"
        )
    slopes = np.zeros_like(values)
    places = [arc.resistance, *arc.others]
    slopes[:, places] = arc.log_time_gradient(values) * values[:, places]
    slopes[:, arc.resistance] -= 1
    return arc.log_time(values) - np.log(values[:, arc.resistance]), slopes
