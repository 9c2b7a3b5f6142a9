"""Phase step: what free propagation adds at edges, undone for a sample of one material.

The transmission is smoothed in the plane of the detector by 1/(1 + l^2 k^2), with l^2 = z delta/mu and
mu = 4 pi beta/lambda. Along the columns this is done in frequency. Along the rows the same filter is a sum over neighbours
with weights q^|n|, cut where they no longer count, so that a row needs a known number of neighbours and its result does
not depend on where a block of rows begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.tomography.corrections.options import PhaseStep

Floats32 = npt.NDArray[np.float32]

_PLANCK_TIMES_LIGHT = 6.62607015e-34 * 299792458.0
_CUT = 1e-4
"""Weight at which the sum over neighbouring rows ends."""
_ANGLES_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class PhaseFilter:
    """The smoothing in units of pixels.

    Attributes
    ----------
    length
        l over the pixel size.
    """

    length: float

    @property
    def halo(self) -> int:
        """Rows on either side that a row needs."""
        return int(np.ceil(-np.log(_CUT) / _decay(1.0, self.length)))


def phase_filter(scan: xr.Dataset, step: PhaseStep) -> PhaseFilter:
    """The filter of a scan.

    Parameters
    ----------
    scan
        Kind ``projections`` with ``pixel_size`` (m), ``photon_energy`` (J) and, unless the step states one,
        ``detector_distance`` (m).
    step
        delta over beta.

    Raises
    ------
    SchemaError
        Names what is missing.
    """
    needed = ["pixel_size", "photon_energy"] + (["detector_distance"] if step.distance is None else [])
    value = {name: float(scan[name]) if name in scan.variables else np.nan for name in [*needed, "detector_distance"]}
    missing = [name for name in needed if not value[name] > 0]
    if missing:
        raise SchemaError(
            "a phase step needs the pixel size, the photon energy and the distance to the detector",
            found=f"no {', '.join(missing)}",
            todo="Give them to open_projections(), or leave the phase step out with Corrections(phase=None)",
        )
    distance = value["detector_distance"] if step.distance is None else step.distance
    wavelength = _PLANCK_TIMES_LIGHT / value["photon_energy"]
    square = distance * step.delta_over_beta * wavelength / (4.0 * np.pi)
    return PhaseFilter(float(np.sqrt(square)) / value["pixel_size"])


def smooth_phase(transmission: Floats32, filtering: PhaseFilter, inner: slice) -> Floats32:
    """Transmission (row, angle, column) after the phase step, for the rows of ``inner``.

    Rows that the block lacks are taken as its first or last row, so the block must hold the halo of ``inner``, or end
    where the detector ends.
    """
    from scipy import fft

    rows, angles, columns = transmission.shape
    halo = filtering.halo
    wide = fft.next_fast_len(columns + 2 * halo, real=True)
    left = (wide - columns) // 2
    frequency = 2.0 * np.pi * np.arange(wide // 2 + 1) / wide
    across = 1.0 + (filtering.length * frequency) ** 2
    fall = np.exp(-_decay(across, filtering.length))
    # the cut sum is scaled to keep the exact weight of each frequency, so the mean transmission stays
    weight = (1.0 / across) / (1.0 + 2.0 * fall * (1.0 - fall**halo) / (1.0 - fall))
    fall, weight = fall.astype(np.float32), weight.astype(np.float32)
    wanted = np.arange(rows)[inner]
    result = np.empty((wanted.size, angles, columns), dtype=np.float32)
    for begin in range(0, angles, _ANGLES_AT_ONCE):
        part = slice(begin, begin + _ANGLES_AT_ONCE)
        padded = np.pad(transmission[:, part], ((0, 0), (0, 0), (left, wide - columns - left)), mode="edge")
        spectrum = fft.rfft(padded, axis=-1)
        for to, row in enumerate(wanted):
            total = np.zeros_like(spectrum[0])
            for step in range(halo, 0, -1):
                total += spectrum[max(row - step, 0)]
                total += spectrum[min(row + step, rows - 1)]
                total *= fall
            total += spectrum[row]
            total *= weight
            result[to, part] = fft.irfft(total, n=wide, axis=-1)[..., left : left + columns]
    return result


def _decay(across: float | npt.NDArray[np.float64], length: float) -> npt.NDArray[np.float64]:
    """Logarithm of the weight's fall from row to row: cosh(decay) = 1 + across/(2 length^2)."""
    return np.asarray(np.arccosh(1.0 + np.asarray(across) / (2.0 * length**2)))
