"""Arcs of a fitted circuit: resistance, relaxation time and capacitance of each, and whether they were measured.

For a resistance beside a constant-phase element tau = (R Q)^(1/alpha); beside a capacitor tau = R C. The capacitance of an
arc is tau/R throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.impedance.circuits.circuit import Circuit, parse_circuit
from alkanode.impedance.circuits.time_scales import Slot, layout
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arc:
    """One arc of a circuit, by the places of its parameters.

    Attributes
    ----------
    resistance
        Place of the resistance.
    others
        Places of the parameters that make the relaxation time with it: Q and alpha, C, or tau.
    name
        Name of the resistance, for example ``"R1"`` or ``"Zarc1_R"``.
    """

    resistance: int
    others: tuple[int, ...]
    name: str

    def log_time(self, values: Floats) -> tuple[Floats, Floats]:
        """ln(tau) and its derivatives with respect to (R, *others).

        Parameters
        ----------
        values
            SI, shape (..., parameter).

        Returns
        -------
        logarithm, gradient
            Shapes (...,) and (..., 1 + len(others)).
        """
        R, first = values[..., self.resistance], values[..., self.others[0]]
        if self._own_time:
            return np.log(first), np.stack([np.zeros_like(R), 1 / first], axis=-1)
        if len(self.others) == 1:
            return np.log(R * first), np.stack([1 / R, 1 / first], axis=-1)
        alpha = values[..., self.others[1]]
        product = np.log(R * first)
        return product / alpha, np.stack([1 / (alpha * R), 1 / (alpha * first), -product / alpha**2], axis=-1)

    @property
    def _own_time(self) -> bool:
        return "_" in self.name


def arcs_of(circuit: Circuit) -> tuple[Arc, ...]:
    """The arcs of a circuit in the order of its text."""
    return tuple(_arc(slot, circuit) for slot in layout(circuit.tree).slots if slot.kind != "loop")


def _arc(slot: Slot, circuit: Circuit) -> Arc:
    at = slot.resistance.place
    if slot.partner is None:
        return Arc(at, (at + 1,), circuit.names[at])
    width = 2 if slot.partner.symbol == "CPE" else 1
    return Arc(at, tuple(range(slot.partner.place, slot.partner.place + width)), circuit.names[at])


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
    arcs = arcs_of(parse_circuit(str(fit.attrs["circuit"])))
    value, covariance = fit["value"].to_numpy(), fit["covariance"].to_numpy()
    shortest, longest = window_of(fit)
    spectra = np.flatnonzero(np.isfinite(value).all(axis=1))
    fields: dict[str, list[Floats]] = {
        name: [] for name in ("resistance", "relaxation_time", "resistance_deviation", "relaxation_time_deviation")
    }
    for arc in arcs:
        places = np.array([arc.resistance, *arc.others])
        log_tau, gradient = arc.log_time(value[spectra])
        own = covariance[spectra][:, places[:, None], places]
        tau = np.exp(log_tau)
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
            "parameter": ("row", np.array([arc.name for arc in arcs] * shape[0], dtype=str)),
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


def window_of(fit: xr.Dataset) -> tuple[Floats, Floats]:
    """Shortest and longest relaxation time (s) that each sweep covers, 1/(2 pi f); NaN for spectra without points."""
    frequency = fit["frequency"].to_numpy()
    known = np.isfinite(frequency)
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.where(known.any(axis=1), np.where(known, frequency, -np.inf).max(axis=1), np.nan)
        low = np.where(known.any(axis=1), np.where(known, frequency, np.inf).min(axis=1), np.nan)
        return 1 / (2 * np.pi * high), 1 / (2 * np.pi * low)
