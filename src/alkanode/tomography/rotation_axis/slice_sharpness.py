"""Axis from the slice itself: with a wrong axis edges become arcs, and slopes spread over more voxels.

The sum of squared slopes hardly depends on the axis, which only changes phases in the slice's Fourier transform. The mean
slope over the root of the mean square does: it is low where slopes are few and steep.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.tomography.reconstruction.angle_weights import angle_weights
from alkanode.tomography.reconstruction.filtered_views import view_filter
from alkanode.tomography.reconstruction.polar_adjoint import PolarAdjoint
from alkanode.tomography.rotation_axis.trials import Finding, Floats, binned, refine, trial_columns

_COARSE_WIDTH = 256
_COARSE_ROWS = 3
_MOST_VIEWS = 720


def by_slice_sharpness(
    sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], largest_width: int
) -> Finding:
    """Axis of some rows by the mean slope over its root mean square.

    The search runs over the whole range on slices of at most 256 columns, then on larger ones near the lowest; it takes
    nothing from other methods.

    Parameters
    ----------
    sinograms
        (row, angle, column)
    angles
        (angle,) rad.
    search
        First and last trial column.
    largest_width
        Columns after binning, at most.
    """
    # a second half turn adds the same slice mirrored about a wrong axis, and with it dips beside the right one
    turned = np.abs(angles - angles[0])
    if turned.max() > 1.5 * np.pi:
        kept = turned < np.pi * (1 + 1e-6)
        sinograms, angles = sinograms[:, kept], angles[kept]
    width = sinograms.shape[2]
    coarse_bins = max(int(np.ceil(width / _COARSE_WIDTH)), 1)
    bins = max(int(np.ceil(width / largest_width)), 1)
    coarse = trial_columns(search, float(coarse_bins))
    rough = _Slopes(sinograms[:_COARSE_ROWS], angles, search, coarse_bins)
    fine = _Slopes(sinograms, angles, search, bins)
    return refine(fine, coarse, rough(coarse), finest=0.25 * bins, search=search)


class _Slopes:
    """Mean slope over its root mean square, in four quarters of the slice of each row, for any axis."""

    def __init__(
        self, sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], bins: int
    ) -> None:
        skip = max(int(np.ceil(angles.size / _MOST_VIEWS)), 1)
        data = binned(sinograms, bins, skip)
        theta = angles[::skip]
        columns = data.shape[2]
        self._bins = bins
        low, high = ((column - 0.5 * (bins - 1)) / bins for column in search)
        prepare = view_filter(
            columns,
            lowest=low - 0.5 * columns,
            highest=high + 0.5 * columns,
            chosen=_smooth,
            pixel_size=1.0,
            pad_fraction=0.5,
            edge=True,
        )
        self._frequency = 2 * np.pi / prepare.period * np.arange(prepare.period // 2 + 1)
        voxels = np.arange(columns) - 0.5 * (columns - 1)
        inside = np.hypot(voxels[:, None], voxels[None, :])[:-1, :-1] <= 0.48 * columns
        down, right = np.meshgrid(voxels[:-1] > 0, voxels[:-1] > 0, indexing="ij")
        self._quarters = [inside & (down == one) & (right == other) for one in (False, True) for other in (False, True)]
        self._adjoint = PolarAdjoint(
            theta,
            angle_weights(theta, gap_factor=np.inf),
            prepare.period,
            voxels,
            voxels,
            offset=np.zeros(theta.size),
            tolerance=1e-3,
        )
        self._spectra = [prepare(row) for row in data]
        self._out = np.empty((columns, columns), dtype=np.float32)

    def __call__(self, trial: Floats) -> Floats:
        """Scores (group, trial)."""
        score = np.empty((4 * len(self._spectra), trial.size))
        for row, spectrum in enumerate(self._spectra):
            for place, column in enumerate(trial):
                axis = (column - 0.5 * (self._bins - 1)) / self._bins
                phase = np.exp(1j * axis * self._frequency).astype(np.complex64)
                self._adjoint(spectrum * phase, self._out)
                square = np.diff(self._out, axis=0)[:, :-1] ** 2 + np.diff(self._out, axis=1)[:-1] ** 2
                slope = np.sqrt(square)
                for number, quarter in enumerate(self._quarters):
                    mean_square = max(float(square[quarter].mean(dtype=np.float64)), 1e-300)
                    score[4 * row + number, place] = float(slope[quarter].mean(dtype=np.float64)) / mean_square**0.5
        return score


def _smooth(frequency: Floats) -> Floats:
    """Gaussian of 1.5 binned pixels: slopes of noise would hide those of edges."""
    return np.asarray(np.exp(-0.5 * (2 * np.pi * 1.5 * frequency) ** 2))
