"""Peaks of distributions of relaxation times: where, how much resistance, which capacitance.

A peak needs a rise and a fall inside the grid. Where the distribution still rises at the end of the grid there is
polarisation, but its relaxation time and its share are not in the data, so no peak is reported.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.signal import find_peaks

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.impedance.validity.findings import Findings

FloatArray = npt.NDArray[np.float64]


def peaks(times: RecordLike, *, prominence: float = 0.05) -> xr.Dataset:
    """Peaks of every distribution, as a long table.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times``.
    prominence
        A peak must stand out by this fraction of the largest value of its distribution. Default 0.05: smaller
        ones are as small as the ringing beside a process that the sweep cuts off (2 to 4 % of its resistance).

    Returns
    -------
    Dataset
        Kind ``relaxation_peaks``, one row per peak, by spectrum and then by relaxation time: ``spectrum_index``
        (position in ``times``), ``relaxation_time`` (s, from a parabola in ln tau), ``resistance`` (ohm, area between
        the valleys beside it), ``capacitance`` (F, tau/R), ``height`` (ohm per unit ln tau), ``in_window`` (true when
        the peak lies between nodes of the measured window), and ``time``, ``charge``, ``step``, ``cycle`` of the spectrum where known.
        ``attrs["checks"]`` names the spectra whose distribution still rises at an end of its grid.

    Raises
    ------
    SchemaError
        For a record of another kind or a prominence outside (0, 1).

    Notes
    -----
    Where a distribution rises towards an end of its grid no peak is reported; ``attrs["checks"]`` names the spectra.
    A nearly sharp arc (exponent above 0.85) loses up to 5 % of its resistance to ringing beside it;
    ``polarisation_in_window`` of the distribution holds all of it. Overlapping peaks share the area at the valley, so
    ``resistance`` is biased where peaks are closer than their widths. A capacitance tells rivals apart: tau alone
    never does.
    """
    times = check(times, "relaxation_times")
    if not 0 < prominence < 1:
        raise SchemaError("prominence must lie between 0 and 1", found=repr(prominence))
    log_tau = np.log(times["relaxation_time"].to_numpy())
    findings = Findings()
    rows: list[tuple[int, float, float, float, bool]] = []
    for spectrum, distribution in enumerate(times["distribution"].to_numpy()):
        known = np.flatnonzero(np.isfinite(distribution))
        if known.size < 3:
            continue
        gamma, nodes = distribution[known], log_tau[known]
        window = nodes[times["in_window"].to_numpy()[spectrum, known]]
        for rises, end in ((gamma[0] > gamma[1], "short"), (gamma[-1] > gamma[-2], "long")):
            if rises and gamma[0 if end == "short" else -1] > prominence * gamma.max():
                what = f"distribution rises at the {end}-time end of its grid; no peak reported there"
                findings.add(spectrum, what)
        for u, height, area in _peaks_of(nodes, gamma, prominence):
            inside = window.size > 0 and window[0] <= u <= window[-1]
            rows.append((spectrum, float(np.exp(u)), height, area, bool(inside)))
    spectra = np.array([row[0] for row in rows], dtype=np.int64)
    tau, heights, resistance = (np.array([row[column] for row in rows], dtype=np.float64) for column in (1, 2, 3))
    table = xr.Dataset(
        {
            "spectrum_index": ("row", spectra),
            "relaxation_time": ("row", tau),
            "resistance": ("row", resistance),
            "capacitance": ("row", tau / resistance),
            "height": ("row", heights, {"units": "ohm"}),
            "in_window": ("row", np.array([row[4] for row in rows], dtype=bool)),
        },
        attrs={"prominence": prominence, "checks": "\n".join(findings.lines())},
    )
    for name, variable in spectrum_coordinates(times).items():
        if name != "spectrum":
            table[name] = ("row", variable.to_numpy()[spectra])
    if "sources" in times.attrs:
        table.attrs["sources"] = times.attrs["sources"]
    return label(table, "relaxation_peaks")


def _peaks_of(nodes: FloatArray, gamma: FloatArray, prominence: float) -> list[tuple[float, float, float]]:
    """(ln tau, height, area) of every peak inside the grid."""
    if not gamma.max() > 0:
        return []
    tops, _ = find_peaks(gamma, prominence=prominence * gamma.max())
    if tops.size == 0:
        return []
    limits = [
        0,
        *(a + int(np.argmin(gamma[a : b + 1])) for a, b in pairwise(tops)),
        gamma.size - 1,
    ]
    limits[0] = int(tops[0]) - int(np.argmin(gamma[tops[0] :: -1]))
    limits[-1] = int(tops[-1]) + int(np.argmin(gamma[tops[-1] :]))
    found = []
    for top, low, high in zip(tops, limits[:-1], limits[1:], strict=True):
        before, at, after = gamma[top - 1 : top + 2]
        bend = before - 2 * at + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        area = float(integration_weights(nodes, nodes[low], nodes[high]) @ gamma)
        found.append(
            (float(nodes[top] + shift * (nodes[1] - nodes[0])), float(at - 0.25 * (before - after) * shift), area)
        )
    return found
