"""Arcs of a fitted circuit: resistance, relaxation time and capacitance of each, and whether they were measured.

For a resistance beside a constant-phase element tau = (R Q)^(1/alpha); beside a capacitor tau = R C. The capacitance of an
arc is tau/R throughout.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.impedance.circuits.arcs_of_tree import arcs_of
from alkanode.impedance.circuits.circuit import parse_circuit
from alkanode.impedance.frequency_grids import measured_windows
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

Floats = npt.NDArray[np.float64]


def fitted_arcs(fit: RecordLike) -> xr.Dataset:
    """Arcs of a fitted circuit as a long table, like the peaks of a distribution.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.

    Returns
    -------
    Dataset
        Kind ``relaxation_peaks``, one row per arc and spectrum: ``spectrum_index``, ``parameter`` (name of the resistance),
        ``relaxation_time`` (s), ``resistance`` (ohm), ``capacitance`` (F, tau/R), ``in_window`` (between 1/(2 pi f_max)
        and 1/(2 pi f_min)), the standard deviations ``resistance_deviation`` (ohm) and ``relaxation_time_deviation``
        (s), and the coordinates of the spectra. Spectra without a fit have no rows.

    Raises
    ------
    SchemaError
        For a record of another kind.
    """
    fit = check(fit, "circuit_fit")
    circuit = parse_circuit(str(fit.attrs["circuit"]))
    arcs = arcs_of(circuit.tree)
    value, covariance = fit["value"].to_numpy(), fit["covariance"].to_numpy()
    shortest, longest = measured_windows(fit)
    spectra = np.flatnonzero(np.isfinite(value).all(axis=1))
    fields: dict[str, list[Floats]] = {
        name: [] for name in ("resistance", "relaxation_time", "resistance_deviation", "relaxation_time_deviation")
    }
    for arc in arcs:
        places = np.array([arc.resistance, *arc.others])
        gradient = arc.log_time_gradient(value[spectra])
        own = covariance[spectra][:, places[:, None], places]
        tau = np.exp(arc.log_time(value[spectra]))
        fields["resistance"].append(value[spectra, arc.resistance])
        fields["relaxation_time"].append(tau)
        fields["resistance_deviation"].append(np.sqrt(own[:, 0, 0]))
        variance = np.einsum("bi,bij,bj->b", gradient, own, gradient)
        fields["relaxation_time_deviation"].append(tau * np.sqrt(np.maximum(variance, 0.0)))
    shape = (spectra.size, len(arcs))
    flat = {name: np.stack(columns, axis=1).ravel() if arcs else np.zeros(0) for name, columns in fields.items()}
    rows = np.repeat(spectra, shape[1])
    table = xr.Dataset(
        {
            "spectrum_index": ("row", rows),
            "parameter": ("row", np.array([circuit.names[arc.resistance] for arc in arcs] * shape[0], dtype=str)),
            **{name: ("row", values) for name, values in flat.items()},
            "capacitance": ("row", flat["relaxation_time"] / flat["resistance"]),
            "in_window": (
                "row",
                (flat["relaxation_time"] >= shortest[rows]) & (flat["relaxation_time"] <= longest[rows]),
            ),
        },
        attrs={"circuit": fit.attrs["circuit"], "processes": str(fit.attrs.get("processes", ""))},
    )
    table["resistance_deviation"].attrs["units"] = "ohm"
    table["relaxation_time_deviation"].attrs["units"] = "s"
    for name, variable in spectrum_coordinates(fit).items():
        if name != "spectrum":
            table[name] = ("row", variable.to_numpy()[rows])
    if "sources" in fit.attrs:
        table.attrs["sources"] = fit.attrs["sources"]
    return label(table, "relaxation_peaks")
