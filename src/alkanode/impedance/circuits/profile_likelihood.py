"""Profile likelihood: the interval of a parameter from refits with that parameter held.

The parameter is walked away from its best value, on the scale on which it is fitted; at every step all others are fitted
again. Where the sum of squares never rises enough, the data leave that side open and the interval says so. The walks of all
spectra, up and down, are one batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import stdtrit

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.arcs_of_tree import Arc, arcs_of
from alkanode.impedance.circuits.circuit import Circuit, parse_circuit
from alkanode.impedance.circuits.fit_batch import fit_batch
from alkanode.impedance.circuits.scales import Scales, scales_of
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids, measured_windows
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.numerics.model_choice import autocorrelation

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_REFINEMENTS = 3
"""Secant steps at each end of an interval."""


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """Walks of a group of spectra: where they went, how much the sum of squares rose, all parameters there."""

    place: Floats  # on the scale of the parameter, (spectrum, node), ascending
    rise: Floats  # relative rise of the sum of squares, (spectrum, node)
    values: Floats  # (spectrum, node, parameter)
    low: Floats  # ends of the interval on the scale, -inf and inf where open, (spectrum,)
    high: Floats
    at_ends: Floats  # all parameters at the outermost place tried inside the interval, (end, spectrum, parameter)


def profile_likelihood(
    record: RecordLike,
    fit: RecordLike,
    parameter: str,
    *,
    nodes: int = 12,
    decades: float = 4.0,
    level: float = 0.95,
    correlated: bool = True,
    bounds: dict[str, Sequence[float]] | None = None,
    weights: Literal["modulus", "unit", "proportional"] | None = None,
) -> xr.Dataset:
    """Interval of one parameter of a fitted circuit by refitting all others, per spectrum.

    Parameters
    ----------
    record
        The impedance record that was fitted.
    fit
        Its ``circuit_fit``.
    parameter
        Name, for example ``"R3"``.
    nodes
        Steps to each side, widening from a fraction of the standard deviation.
    decades
        How far the walk goes for parameters on a logarithmic scale. A side on which the sum of squares has not risen
        enough by then is open. Default 4: beyond, an arc is no longer an arc.
    level
        Confidence level; 0.95.
    correlated
        Count correlated residuals for fewer points: ``n (1 - r)/(1 + r)`` with the correlation r of neighbouring
        residuals. Where the circuit does not describe the spectrum completely the interval widens accordingly.
    bounds, weights
        As in the fit; by default those noted in the fit.

    Returns
    -------
    Dataset
        Kind ``circuit_profile``. Over (spectrum, node): ``profile_value`` (unit of the parameter) and ``deviance`` (0 at the
        best fit). Over spectrum: ``value``, ``lower_95``, ``upper_95`` (0 or infinity, or the bound of the parameter,
        where that side is open), ``bounded`` (``"both"``, ``"above"``, ``"below"``, ``"neither"``). For the resistance of
        an arc also ``in_window`` and ``inverse_capacitance`` = R/tau = 1/C (F-1) with its interval: beyond the longest
        relaxation time of the window R and tau are lost one by one, but their quotient is measured. Spectra without a fit
        hold NaN. ``attrs``: ``parameter``, ``unit``, ``level``.

    Raises
    ------
    SchemaError
        For records that do not belong together, an unknown or held parameter, or an option out of range.

    Notes
    -----
    A value lies in the interval when ``S/S_min - 1 <= t^2/m``, where t is Student's quantile for the degrees of freedom m,
    which is exact for a linear model with unknown noise. Between nodes the root of the deviance is taken as straight.
    """
    record, fit = check(record, "impedance"), check(fit, "circuit_fit")
    circuit = parse_circuit(str(fit.attrs["circuit"]))
    place = circuit.position(parameter)
    if fit.sizes["spectrum"] != record.sizes["spectrum"]:
        raise SchemaError(
            "the fit must belong to the record",
            found=f"{fit.sizes['spectrum']} fits of {record.sizes['spectrum']} spectra",
        )
    if nodes < 3 or not decades > 0 or not 0 < level < 1:
        raise SchemaError("nodes >= 3, decades > 0 and level in (0, 1)", found=f"{nodes}, {decades:g}, {level:g}")
    deviation = fit["standard_deviation"].to_numpy()
    fitted = np.isfinite(fit["value"].to_numpy()).all(axis=1)
    held = np.array([bool(fitted.any()) and bool((deviation[fitted, k] == 0).all()) for k in range(len(circuit.names))])
    if held[place]:
        raise SchemaError("a parameter that was fitted is needed", found=f"{parameter} was held")
    scales = scales_of(circuit, bounds)
    chosen = weights or str(fit.attrs.get("weights", "modulus"))
    job = _Job(circuit, place, held, scales, nodes, decades, level, correlated, bounds, chosen)
    count = fit.sizes["spectrum"]
    width = 2 * nodes + 1
    fields = {name: np.full((count, width), np.nan) for name in ("profile_value", "deviance")}
    ends = {name: np.full(count, np.nan) for name in ("lower_95", "upper_95")}
    arc = next((one for one in arcs_of(circuit.tree) if one.resistance == place), None)
    inverse = {name: np.full(count, np.nan) for name in _INVERSE}
    for grid in frequency_grids(record):
        kept = fitted[grid.spectra]
        if not kept.any():
            continue
        group = FrequencyGrid(grid.frequency, grid.spectra[kept], grid.points[kept], grid.impedance[kept])
        walk, limit = job.walk(group, fit)
        rows = group.spectra
        fields["profile_value"][rows] = job.to_values(walk.place)
        fields["deviance"][rows] = walk.rise / limit[:, None] * float(stdtrit(1e6, 0.5 + level / 2)) ** 2
        ends["lower_95"][rows], ends["upper_95"][rows] = job.ends(walk)
        if arc is not None:
            for name, column in zip(_INVERSE, job.inverse_capacitance(walk, limit, arc, fit, rows), strict=True):
                inverse[name][rows] = column
    below, above = np.isfinite(ends["lower_95"]), np.isfinite(ends["upper_95"])
    below &= ends["lower_95"] > job.open_low
    above &= ends["upper_95"] < job.open_high
    words = np.array(["neither", "below", "above", "both"])[below.astype(int) + 2 * above.astype(int)]
    result = xr.Dataset(
        {
            **{name: (("spectrum", "node"), values) for name, values in fields.items()},
            "value": ("spectrum", fit["value"].to_numpy()[:, place]),
            **{name: ("spectrum", values) for name, values in ends.items()},
            "bounded": ("spectrum", words),
        },
        coords=spectrum_coordinates(fit),
        attrs={
            "parameter": parameter,
            "unit": circuit.parameters[place].unit,
            "level": level,
            "circuit": circuit.text,
            "correlated": str(correlated),
        },
    )
    if arc is not None:
        shortest, longest = measured_windows(fit)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            tau = np.exp(arc.log_time(fit["value"].to_numpy()))
        result["in_window"] = ("spectrum", (tau >= shortest) & (tau <= longest))
        result = result.assign({name: ("spectrum", values, {"units": "F-1"}) for name, values in inverse.items()})
    return label(result, "circuit_profile")


_INVERSE = ("inverse_capacitance", "inverse_capacitance_low", "inverse_capacitance_high")


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What stays the same for all groups of spectra."""

    circuit: Circuit
    place: int
    held: Bools
    scales: Scales
    nodes: int
    decades: float
    level: float
    correlated: bool
    bounds: dict[str, Sequence[float]] | None
    weights: str

    @property
    def open_low(self) -> float:
        """What stands for an end that is open downwards."""
        return float(self.scales.lower[self.place]) if self.scales.logit[self.place] else 0.0

    @property
    def open_high(self) -> float:
        """What stands for an end that is open upwards."""
        return float(self.scales.upper[self.place]) if self.scales.logit[self.place] else float("inf")

    def to_values(self, scaled: Floats) -> Floats:
        """The parameter in SI, from its scale."""
        table = np.zeros((*scaled.shape, len(self.circuit.names)))
        table[..., self.place] = scaled
        return np.asarray(self.scales.to_values(table)[..., self.place])

    def walk(self, group: FrequencyGrid, fit: xr.Dataset) -> tuple[_Walk, Floats]:
        """Walk up and down from the best fit of each spectrum; and the rise that ends the interval."""
        best = fit["value"].to_numpy()[group.spectra]
        centre = self.scales.to_scale(best)[:, self.place]
        again = self._refit(group, np.arange(group.spectra.size), best, None)
        floor, best = np.maximum(again[0], np.finfo(float).tiny), again[1]
        limit = self._limit(group, best)
        slope = self.scales.slope(best)[:, self.place]
        error = fit["standard_deviation"].to_numpy()[group.spectra, self.place] / slope
        least, most = self.scales.limits
        reach = np.full(centre.size, np.log(10) * self.decades)
        upwards = reach.copy()
        if self.circuit.parameters[self.place].unit == "ohm":  # one that is next to nothing must reach what is measured
            size = np.abs(group.impedance).max(axis=1)
            upwards = np.maximum(reach, np.log(10 * size / best[:, self.place]))
        sides, ends, at_ends = [], [], []
        for sign, far in ((-1.0, reach), (1.0, upwards)):
            first = 0.4 * np.clip(np.nan_to_num(error, nan=np.inf, posinf=np.inf), 1e-6, far / 4)
            ratio = (far / first) ** (1 / (self.nodes - 1))
            offset = first[:, None] * ratio[:, None] ** np.arange(self.nodes)
            places = np.clip(centre[:, None] + sign * offset, least[self.place], most[self.place])
            side, end, there = self._side(group, centre, places, best, floor, limit)
            sides.append(side)
            ends.append(end)
            at_ends.append(there)
        down, up = sides
        middle = (centre[:, None], np.zeros((centre.size, 1)), best[:, None, :])
        joined = [np.concatenate([d[:, ::-1], m, u], axis=1) for d, m, u in zip(down, middle, up, strict=True)]
        return _Walk(joined[0], joined[1], joined[2], ends[0], ends[1], np.array(at_ends)), limit

    def _side(
        self, group: FrequencyGrid, centre: Floats, places: Floats, best: Floats, floor: Floats, limit: Floats
    ) -> tuple[tuple[Floats, Floats, Floats], Floats, Floats]:
        """One side: rises and values at its nodes, where the limit is crossed (infinite: nowhere), values next to it."""
        count = centre.size
        rise = np.full(places.shape, np.nan)
        values = np.full((*places.shape, best.shape[1]), np.nan)
        current = best.copy()
        going = np.ones(count, dtype=bool)
        inner, inner_rise = centre.copy(), np.zeros(count)
        outer, outer_rise = np.full(count, np.nan), np.full(count, np.nan)
        inner_values = best.copy()
        for node in range(places.shape[1]):
            rows = np.flatnonzero(going)
            if rows.size == 0:
                break
            cost, found = self._refit(group, rows, current[rows], places[rows, node])
            rise[rows, node] = np.maximum(cost / floor[rows] - 1, 0.0)
            values[rows, node] = found
            current[rows] = found
            past = rise[rows, node] > limit[rows]
            crossed, short = rows[past], rows[~past]
            outer[crossed], outer_rise[crossed] = places[crossed, node], rise[crossed, node]
            inner[short], inner_rise[short], inner_values[short] = places[short, node], rise[short, node], found[~past]
            going[crossed] = False
        bracketed = np.flatnonzero(np.isfinite(outer))
        for _ in range(_REFINEMENTS):
            if bracketed.size == 0:
                break
            middle = _between(*(v[bracketed] for v in (inner, inner_rise, outer, outer_rise, limit)))
            cost, found = self._refit(group, bracketed, inner_values[bracketed], middle)
            risen = np.maximum(cost / floor[bracketed] - 1, 0.0)
            past = risen > limit[bracketed]
            out, into = bracketed[past], bracketed[~past]
            outer[out], outer_rise[out] = middle[past], risen[past]
            inner[into], inner_rise[into], inner_values[into] = middle[~past], risen[~past], found[~past]
        end = np.full(count, np.inf if places[0, -1] >= centre[0] else -np.inf)
        if bracketed.size:
            end[bracketed] = _between(*(v[bracketed] for v in (inner, inner_rise, outer, outer_rise, limit)))
        return (places, rise, values), end, inner_values

    def _refit(
        self, group: FrequencyGrid, rows: npt.NDArray[np.intp], start: Floats, at: Floats | None
    ) -> tuple[Floats, Floats]:
        """Sum of squares and all parameters with the parameter held at places of its scale (or free)."""
        start = start.copy()
        held = self.held.copy()
        if at is not None:
            start[:, self.place] = self.to_values(at)
            held[self.place] = True
        found = fit_batch(
            self.circuit,
            group.frequency,
            group.impedance[rows],
            start,
            fixed=held,
            bounds=self.bounds,
            weights=self.weights,
        )
        return found.chi_square, found.value

    def _limit(self, group: FrequencyGrid, best: Floats) -> Floats:
        """Relative rise of the sum of squares at the end of the interval, per spectrum."""
        freedom = max(2 * group.frequency.size - int((~self.held).sum()), 1)
        share = np.ones(best.shape[0])
        if self.correlated:
            residual = (self.circuit.impedance(group.frequency, best) - group.impedance) / np.abs(group.impedance)
            for row, one in enumerate(residual):
                r = 0.5 * (autocorrelation(one.real) + autocorrelation(one.imag))
                share[row] = (1 - r) / (1 + r)
        m = np.maximum(freedom * share, 1.0)
        return np.asarray(stdtrit(m, 0.5 + self.level / 2) ** 2 / m)

    def ends(self, walk: _Walk) -> tuple[Floats, Floats]:
        """Lower and upper end in SI."""
        low, high = np.isfinite(walk.low), np.isfinite(walk.high)
        lower = np.where(low, self.to_values(np.where(low, walk.low, 0.0)), self.open_low)
        upper = np.where(high, self.to_values(np.where(high, walk.high, 0.0)), self.open_high)
        return lower, upper

    def inverse_capacitance(
        self, walk: _Walk, limit: Floats, arc: Arc, fit: xr.Dataset, rows: npt.NDArray[np.intp]
    ) -> tuple[Floats, Floats, Floats]:
        """R/tau at the best fit, and its range inside the interval of R, widened by its error at constant R."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            gradient = arc.log_time_gradient(walk.values)
            logarithm = np.log(walk.values[..., arc.resistance]) - arc.log_time(walk.values)
            outermost = np.log(walk.at_ends[..., arc.resistance]) - arc.log_time(walk.at_ends)
        inside = np.isfinite(walk.rise) & (walk.rise <= limit[:, None])
        places = np.array([arc.resistance, *arc.others])
        covariance = fit["covariance"].to_numpy()[rows][:, places[:, None], places]
        own = np.maximum(covariance[:, :1, :1], np.finfo(float).tiny)
        conditional = np.nan_to_num(covariance[:, 1:, 1:] - covariance[:, 1:, :1] * covariance[:, :1, 1:] / own)
        slope = gradient[:, self.nodes, 1:]
        error = np.sqrt(np.maximum(np.einsum("bi,bij,bj->b", slope, conditional, slope), 0.0))
        centre = logarithm[:, self.nodes]
        half = float(stdtrit(1e6, 0.5 + self.level / 2)) * error
        low = np.minimum(np.where(inside, logarithm, np.inf).min(axis=1), outermost.min(axis=0))
        high = np.maximum(np.where(inside, logarithm, -np.inf).max(axis=1), outermost.max(axis=0))
        return (
            np.exp(centre),
            np.exp(centre - np.hypot(centre - low, half)),
            np.exp(centre + np.hypot(high - centre, half)),
        )


def _between(inner: Floats, inner_rise: Floats, outer: Floats, outer_rise: Floats, limit: Floats) -> Floats:
    """Where the root of the rise, taken as straight between two places, meets that of the limit."""
    a, b, c = (np.sqrt(v) for v in (inner_rise, outer_rise, limit))
    share = np.clip((c - a) / np.maximum(b - a, 1e-300), 0.02, 0.98)
    return np.asarray(inner + share * (outer - inner))
