"""Verdicts on spectra beside each other: units that change within a series, frequency grids that differ."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from alkanode.impedance.frequency_grids import GRID_TOLERANCE
from alkanode.impedance.validity.findings import Findings

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_UNIFORM = 0.5  # decades between the 5th and 95th percentile of the ratio over frequency: one factor for all of them
_FEWEST = 4  # frequencies that neighbours must share


def judge_units(
    frequency: FloatArray, impedance: ComplexArray, chosen: npt.NDArray[np.intp], width: float, findings: Findings
) -> None:
    """Note neighbours whose |Z| differs by a factor of a thousand (or a million) at all frequencies.

    Parameters
    ----------
    frequency, impedance
        Hz and ohm, descending, NaN padded, shape (spectrum, point).
    chosen
        Spectra to compare, each with the one before it in this list.
    width
        Largest distance from that factor, decades.
    findings
        Where to note it.
    """
    for before, after in pairwise(map(int, chosen)):
        ratio = _log_ratio(frequency[before], impedance[before], frequency[after], impedance[after])
        if ratio.size < _FEWEST:
            continue
        low, middle, high = np.percentile(ratio, [5, 50, 95])
        power = 3 * round(middle / 3)
        if power != 0 and abs(middle - power) <= width and high - low <= _UNIFORM:
            detail = f"|Z| is 10^{middle:.2g} times that of spectrum {before} at all frequencies; nothing was converted"
            findings.add(after, "mixed units suspected (ohm, kohm, Mohm)", detail)


def _log_ratio(f_before: FloatArray, z_before: ComplexArray, f_after: FloatArray, z_after: ComplexArray) -> FloatArray:
    """Decades of |Z| between two spectra at the frequencies of the second that lie within the first."""
    a, b = np.isfinite(f_before), np.isfinite(f_after)
    if not a.any():
        return np.zeros(0)
    x, wanted = np.log(f_before[a])[::-1], np.log(f_after[b])
    inside = (wanted >= x[0] - GRID_TOLERANCE) & (wanted <= x[-1] + GRID_TOLERANCE)
    reference = np.interp(wanted[inside], x, np.log10(np.abs(z_before[a]))[::-1])
    return np.asarray(np.log10(np.abs(z_after[b][inside])) - reference)


def judge_grids(frequency: FloatArray, chosen: npt.NDArray[np.intp], findings: Findings) -> None:
    """Record which spectra were measured at other frequencies than the first of ``chosen``; no doubt, since each is analysed on its own."""
    if chosen.size < 2:
        return
    logarithm = np.log(frequency)
    reference = logarithm[chosen[0]]
    for spectrum in chosen[1:]:
        both_absent = np.isnan(reference) & np.isnan(logarithm[spectrum])
        same = both_absent | (np.abs(reference - logarithm[spectrum]) <= GRID_TOLERANCE)
        if not same.all():
            detail = f"{np.isfinite(logarithm[spectrum]).sum()} and {np.isfinite(reference).sum()} points"
            findings.add(int(spectrum), f"other frequencies than spectrum {chosen[0]}", detail, doubt=False)
