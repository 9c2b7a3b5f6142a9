r"""Distribution of the values of a volume that holds noise and many blurred grains.

Grains that lie anywhere, each by itself, make a shot noise. Its characteristic function is known exactly: with
:math:`n_j` grains of kind j per voxel, each of which changes the voxel at distance :math:`\mathbf r` by
:math:`s_j(\mathbf r)`, and noise of characteristic function :math:`\varphi_0`,

.. math:: \varphi(t) = \varphi_0(t)\, e^{i t b - a t^2 / 2}\,
          \exp \sum_j n_j \int \left( e^{i t s_j(\mathbf r)} - 1 \right) d^3 r .

Radio astronomers count sources too faint to be seen one by one in this way (:cite:`Scheuer1957`). The noise is whatever
was measured, with its tails; :math:`b` is a shift of the baseline and :math:`a` variance that its sample lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from alkanode.tomography.differences.slabs import Floats

GROUP = 4
"""Fine bins, on which the distribution is computed, in one coarse bin, on which it is compared."""

FINE = 16.0
"""Fine bins per standard deviation of the noise; a coarse one is a quarter of it wide."""

MARGIN = 12.0
"""Standard deviations of noise between the largest contrast and the end of the bins."""

_SHELLS = 4000
_REACH = 6.0


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of values, symmetric about 0.

    Attributes
    ----------
    step
        Width of a fine bin, m-1.
    count
        Number of fine bins, a multiple of twice :data:`GROUP`.
    """

    step: float
    count: int

    @classmethod
    def for_noise(cls, spread: float, contrast: float) -> Bins:
        """Bins that hold a noise and a contrast (both m-1, above 0)."""
        step = spread / FINE
        half = int(np.ceil((contrast + MARGIN * spread) / (step * GROUP)))
        return cls(step, 2 * half * GROUP)

    @property
    def coarse(self) -> int:
        """Number of coarse bins."""
        return self.count // GROUP

    @property
    def values(self) -> Floats:
        """(fine,) middle of each fine bin."""
        return np.asarray((np.arange(self.count) - self.count // 2) * self.step, dtype=np.float64)

    @property
    def coarse_values(self) -> Floats:
        """(coarse,) middle of each coarse bin."""
        return np.asarray(self.values.reshape(-1, GROUP).mean(axis=1))

    def place(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        """Fine bin of each value; what lies beyond the ends counts to the outermost."""
        found = np.rint(values / np.float32(self.step)).astype(np.int64) + self.count // 2
        return np.asarray(np.clip(found, 0, self.count - 1))


def sphere_values(radius: float, blur: float) -> tuple[Floats, Floats]:
    r"""Values of a sphere of height 1 blurred by a Gaussian, and how many voxels have each.

    Parameters
    ----------
    radius, blur
        Radius of the sphere and standard deviation of the Gaussian, voxels.

    Returns
    -------
    values, voxels
        Shape (shell,): value at the middle of each shell, and volume of the shell.

    Notes
    -----
    With :math:`a, b = (R \mp r) / \sqrt 2 \sigma`, the value is
    :math:`\tfrac12 (\mathrm{erf}\, a + \mathrm{erf}\, b) - \sigma (e^{-a^2} - e^{-b^2}) / (\sqrt{2\pi}\, r)`.
    """
    end = radius + _REACH * blur
    r = (np.arange(_SHELLS) + 0.5) * end / _SHELLS
    return sphere_profile(r, radius, blur), 4 * np.pi * r**2 * end / _SHELLS


def sphere_profile(r: Floats, radius: float, blur: float) -> Floats:
    """Value at distances ``r`` (above 0) from the middle of a sphere of height 1 blurred by a Gaussian, all in voxels."""
    a, b = (radius - r) / (np.sqrt(2) * blur), (radius + r) / (np.sqrt(2) * blur)
    edge = blur / (np.sqrt(2 * np.pi) * r) * (np.exp(-(a**2)) - np.exp(-(b**2)))
    return np.asarray(0.5 * (erf(a) + erf(b)) - edge, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GrainModel:
    """Noise and kinds of grains, ready to give the distribution of their sum.

    Attributes
    ----------
    bins
        Bins of values.
    noise
        (fine,) characteristic function of the noise.
    grains
        (kind, fine) exponent of one grain of each kind per voxel.
    volumes
        (kind,) volume of a grain, voxels.
    """

    bins: Bins
    noise: npt.NDArray[np.complex128]
    grains: npt.NDArray[np.complex128]
    volumes: Floats

    @classmethod
    def of(cls, bins: Bins, noise_counts: Floats, radii: Floats, contrasts: Floats, blur: float) -> GrainModel:
        """The model of spheres of all ``radii`` (voxels) by all ``contrasts`` (m-1), contrast by contrast.

        Parameters
        ----------
        bins
            Bins of values.
        noise_counts
            (fine,) how often the noise has each value.
        radii, contrasts
            Kinds of grains.
        blur
            Of optics, reconstruction and smoothing together, voxels.
        """
        exponents, volumes = [], []
        for contrast in contrasts:
            for radius in radii:
                values, voxels = sphere_values(float(radius), blur)
                place = np.clip(contrast * values / bins.step + bins.count // 2, 0, bins.count - 2)
                below = np.floor(place).astype(np.int64)
                share = place - below
                counts = np.bincount(below, voxels * (1 - share), bins.count)
                counts += np.bincount(below + 1, voxels * share, bins.count)
                exponents.append(np.fft.fft(np.fft.ifftshift(counts)) - voxels.sum())
                volumes.append(4 / 3 * np.pi * radius**3)
        noise = np.fft.fft(np.fft.ifftshift(noise_counts / noise_counts.sum()))
        return cls(bins, noise, np.array(exponents), np.array(volumes))

    def shares(self, densities: Floats, baseline: float, excess: float) -> tuple[Floats, Floats]:
        """Share of voxels in each coarse bin, and its slopes.

        Parameters
        ----------
        densities
            (kind,) grains per voxel.
        baseline
            Shift of all values, m-1.
        excess
            Variance that the sample of noise lacks, m-2.

        Returns
        -------
        shares, slopes
            (coarse,), and (coarse, kind + 2) by density, baseline and excess.
        """
        t = 2 * np.pi * np.fft.fftfreq(self.bins.count, self.bins.step)
        exponent = self.grains.T @ densities - 1j * t * baseline - 0.5 * excess * t**2
        whole = self.noise * np.exp(exponent)
        by = np.concatenate([self.grains, [-1j * t, -0.5 * t**2]]) * whole
        both = np.fft.fftshift(np.fft.ifft(np.concatenate([whole[None], by]), axis=1).real, axes=1)
        coarse = both.reshape(len(both), -1, GROUP).sum(axis=2)
        return np.maximum(coarse[0], 0.0), coarse[1:].T
