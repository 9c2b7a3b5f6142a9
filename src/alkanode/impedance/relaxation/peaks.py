"""Peaks of distributions of relaxation times: where, how much resistance, which capacitance, how wide.

A peak needs a rise and a fall inside the grid. Where the distribution still stands at the end of the grid there is
polarisation, but its relaxation time and its share are not in the data, so no peak is reported.

Two arcs closer than their widths make one maximum with a shoulder. A shoulder is where the distribution bends most, a
maximum of its negative second derivative; it is reported on request, and marked, since lambda decides whether it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.relaxation.edge_of_window import EDGE_SHARE
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.impedance.validity.findings import Findings
from alkanode.numerics.maxima import prominent_maxima

FloatArray = npt.NDArray[np.float64]

_NEAR = 2  # nodes between a maximum and the bend that belongs to it


@dataclass(frozen=True, slots=True)
class _Peak:
    """One peak: ln tau, height (ohm), area (ohm), full width at half height (ln tau), and whether it is a shoulder."""

    log_tau: float
    height: float
    area: float
    width: float
    shoulder: bool


def peaks(
    times: RecordLike, *, prominence: float = 0.05, shoulders: bool = False, shoulder_height: float = 0.25
) -> xr.Dataset:
    """Peaks of every distribution, as a long table.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times``.
    prominence
        A peak must stand out by this fraction of the largest value of its distribution. Default 0.05: smaller
        ones are as small as the ringing beside a process that the sweep cuts off (2 to 4 % of its resistance).
    shoulders
        Also report bends without a maximum of their own: maxima of the negative second derivative. Default false: a
        skewed arc has a bend, too.
    shoulder_height
        A shoulder must be that fraction of the largest value high, and its bend must stand out by that fraction of
        the largest bend. Default 0.25: beside a single arc the feet bend, at up to 0.1 of its height.

    Returns
    -------
    Dataset
        Kind ``relaxation_peaks``, one row per peak, by spectrum and then by relaxation time: ``spectrum_index``
        (position in ``times``), ``relaxation_time`` (s, from a parabola in ln tau), ``resistance`` (ohm, area between
        the valleys beside it), ``capacitance`` (F, tau/R), ``height`` (ohm per unit ln tau), ``peak_width`` (full width
        at half height in ln tau; twice the nearer half where the other side does not fall that far; NaN for a
        shoulder), ``shoulder``, ``in_window`` (true when the peak lies between nodes of the measured window), and
        ``time``, ``charge``, ``step``, ``cycle`` of the spectrum where known. ``attrs["checks"]`` names the spectra whose
        distribution still stands at an end of its grid, and the peaks outside the window.

    Raises
    ------
    SchemaError
        For a record of another kind, or a prominence or shoulder height outside (0, 1).

    Notes
    -----
    Where a distribution has not fallen at an end of its grid no peak is reported there; ``attrs["checks"]`` names the
    spectra. Of a peak outside the window the data fix only R/tau = 1/C; where it lies is the choice of the grid.
    A nearly sharp arc (exponent above 0.85) loses up to 5 % of its resistance to ringing beside it;
    ``polarisation_in_window`` of the distribution holds all of it. Overlapping peaks share the area at the valley (a
    shoulder at the least bend), so ``resistance`` is biased where peaks are closer than their widths: a fit of a circuit
    that starts from these peaks is better there. A capacitance tells rivals apart: tau alone never does. Negative parts
    (``free_sign``) are no peaks.
    """
    times = check(times, "relaxation_times")
    if not 0 < prominence < 1:
        raise SchemaError("prominence must lie between 0 and 1", found=repr(prominence))
    if not 0 < shoulder_height < 1:
        raise SchemaError("shoulder_height must lie between 0 and 1", found=repr(shoulder_height))
    log_tau = np.log(times["relaxation_time"].to_numpy())
    findings = Findings()
    spectra: list[int] = []
    rows: list[_Peak] = []
    inside: list[bool] = []
    in_window = times["in_window"].to_numpy()
    for spectrum, distribution in enumerate(times["distribution"].to_numpy()):
        known = np.flatnonzero(np.isfinite(distribution))
        if known.size < 3:
            continue
        gamma, nodes = np.maximum(distribution[known], 0.0), log_tau[known]
        window = nodes[in_window[spectrum, known]]
        for value, next_to_it, end in ((gamma[0], gamma[1], "short"), (gamma[-1], gamma[-2], "long")):
            if value > (prominence if value > next_to_it else EDGE_SHARE) * gamma.max():
                what = f"distribution has not fallen at the {end}-time end of its grid; no peak reported there"
                findings.add(spectrum, what)
        for peak in _peaks_of(nodes, gamma, prominence, shoulder_height if shoulders else None):
            if not peak.area > 0:  # a ripple under zero, where the sign is free
                continue
            spectra.append(spectrum)
            rows.append(peak)
            inside.append(bool(window.size > 0 and window[0] <= peak.log_tau <= window[-1]))
            if not inside[-1]:
                what = "peak outside the measured window: only R/tau is in the data, its place and size are set by the grid"
                findings.add(spectrum, what)
    index = np.array(spectra, dtype=np.int64)
    tau, heights, resistance, width = (
        np.array([getattr(peak, name) for peak in rows], dtype=np.float64)
        for name in ("log_tau", "height", "area", "width")
    )
    tau = np.exp(tau)
    table = xr.Dataset(
        {
            "spectrum_index": ("row", index),
            "relaxation_time": ("row", tau),
            "resistance": ("row", resistance),
            "capacitance": ("row", tau / resistance),
            "height": ("row", heights, {"units": "ohm"}),
            "peak_width": ("row", width),
            "shoulder": ("row", np.array([peak.shoulder for peak in rows], dtype=bool)),
            "in_window": ("row", np.array(inside, dtype=bool)),
        },
        attrs={
            "prominence": prominence,
            "shoulders": int(shoulders),
            "shoulder_height": shoulder_height,
            "checks": "\n".join(findings.lines()),
        },
    )
    for name, variable in spectrum_coordinates(times).items():
        if name != "spectrum":
            table[name] = ("row", variable.to_numpy()[index])
    for name in ("sources", "preset", "preset_remark"):
        if name in times.attrs:
            table.attrs[name] = times.attrs[name]
    return label(table, "relaxation_peaks")


def _peaks_of(nodes: FloatArray, gamma: FloatArray, prominence: float, shoulder: float | None) -> list[_Peak]:
    """Peaks inside the grid, by relaxation time."""
    if not gamma.max() > 0:
        return []
    tops = prominent_maxima(gamma, prominence * float(gamma.max()))
    bend = _bend(gamma)
    bends = np.empty(0, dtype=np.intp) if shoulder is None else _shoulders_of(gamma, bend, tops, shoulder)
    order = np.sort(np.concatenate([tops, bends]).astype(np.intp))
    if order.size == 0:
        return []
    limits = [_foot(gamma, int(order[0]), -1)]
    for a, b in pairwise(order):
        either_is_bend = bool(np.isin([a, b], bends).any())
        limits.append(int(a + np.argmin((bend if either_is_bend else gamma)[a : b + 1])))
    limits.append(_foot(gamma, int(order[-1]), 1))
    found = []
    step = float(nodes[1] - nodes[0])
    for top, low, high in zip(order, limits[:-1], limits[1:], strict=True):
        is_bend = bool(np.isin(top, bends))
        shift, height = _vertex((bend if is_bend else gamma)[top - 1 : top + 2])
        found.append(
            _Peak(
                log_tau=float(nodes[top] + shift * step),
                height=float(gamma[top]) if is_bend else height,
                area=float(integration_weights(nodes, nodes[low], nodes[high]) @ gamma),
                width=np.nan if is_bend else _full_width(gamma, int(top), shift, height) * step,
                shoulder=is_bend,
            )
        )
    return found


def _vertex(three: FloatArray) -> tuple[float, float]:
    """Place (in nodes, from the middle one) and height of the parabola through three neighbours."""
    before, at, after = three
    curvature = before - 2 * at + after
    shift = 0.5 * (before - after) / curvature if curvature < 0 else 0.0
    return float(shift), float(at - 0.25 * (before - after) * shift)


def _foot(gamma: FloatArray, top: int, direction: int) -> int:
    """Node of the least value on one side of the outermost peak."""
    side = gamma[top::direction]
    return top + direction * int(np.argmin(side))


def _bend(gamma: FloatArray) -> FloatArray:
    """Negative second difference, shape (tau,); the ends have none."""
    bend = np.zeros_like(gamma)
    bend[1:-1] = 2 * gamma[1:-1] - gamma[:-2] - gamma[2:]
    return bend


def _shoulders_of(
    gamma: FloatArray, bend: FloatArray, tops: npt.NDArray[np.intp], least: float
) -> npt.NDArray[np.intp]:
    """Nodes of bends that belong to no maximum."""
    if not bend.max() > 0:
        return np.empty(0, dtype=np.intp)
    found = prominent_maxima(bend, least * float(bend.max()))
    found = found[bend[found] >= 0]
    found = found[(found > 1) & (found < gamma.size - 2) & (gamma[found] > least * gamma.max())]
    apart = np.abs(found[:, None] - tops).min(axis=1, initial=gamma.size) > _NEAR
    return np.asarray(found[apart], dtype=np.intp)


def _full_width(gamma: FloatArray, top: int, shift: float, height: float) -> float:
    """Full width at half height in nodes; twice the nearer half where a side does not fall so far before it rises."""
    halves = []
    for direction in (-1, 1):
        side = gamma[top::direction]
        below = np.flatnonzero(side <= height / 2)
        if below.size:
            k = int(below[0])
            if (side[:k] <= height * (1 + 1e-9)).all():
                crossing = k - 1 + (side[k - 1] - height / 2) / (side[k - 1] - side[k])
                halves.append(crossing - direction * shift)
    if not halves:
        return float("nan")
    return float(sum(halves) if len(halves) == 2 else 2 * halves[0])
