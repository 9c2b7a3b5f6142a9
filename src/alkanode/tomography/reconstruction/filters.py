"""The ramp of filtered back-projection and the windows that tame it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.reconstruction.options import FilterFunction

Floats = npt.NDArray[np.float64]

WINDOWS: dict[str, Callable[[Floats], Floats]] = {
    "ramp": np.ones_like,
    "shepp-logan": lambda nu: np.asarray(np.sinc(nu)),
    "cosine": lambda nu: np.asarray(np.cos(np.pi * nu)),
    "hamming": lambda nu: np.asarray(0.54 + 0.46 * np.cos(2 * np.pi * nu)),
    "hann": lambda nu: np.asarray(0.5 + 0.5 * np.cos(2 * np.pi * nu)),
    "linear": lambda nu: np.asarray(np.sinc(nu) ** 2),
}
"""Gains by name at a frequency in cycles per pixel, all 1 at 0.

``"linear"`` is the loss by linear interpolation between detector pixels, averaged over positions: ``"hann*linear"`` has
the resolution of a back-projection that interpolates linearly under a Hann window.
"""


def window_gain(chosen: str | FilterFunction, frequency: Floats) -> Floats:
    """Gain of a filter without its ramp.

    Parameters
    ----------
    chosen
        Names of :data:`WINDOWS` joined by ``*``, or a function of the frequency.
    frequency
        Cycles per pixel, 0 to 0.5.

    Returns
    -------
    ndarray
        Shape of ``frequency``.

    Raises
    ------
    PhysicsError
        For a name that is not known, or a function that gives anything but one finite number per frequency.
    """
    if not isinstance(chosen, str):
        gain = np.asarray(chosen(frequency), dtype=np.float64)
        if gain.shape != frequency.shape or not np.isfinite(gain).all():
            raise PhysicsError("a filter gives one finite gain per frequency", found=f"shape {gain.shape}")
        return gain
    gain = np.ones_like(frequency)
    for name in chosen.split("*"):
        if name.strip() not in WINDOWS:
            raise PhysicsError("a known filter is needed", found=repr(name), todo=f"Known: {', '.join(WINDOWS)}")
        gain *= WINDOWS[name.strip()](frequency)
    return gain


def ramp(length: int) -> Floats:
    """Fourier transform of the sampled ramp kernel of a periodic row.

    Parameters
    ----------
    length
        Samples in a period.

    Returns
    -------
    ndarray
        Shape (length // 2 + 1,), in cycles per pixel. It is the transform of the kernel 1/4 at 0, -1/(pi n)^2 at odd n
        and 0 at even n, so that its value at frequency 0 is small and positive. Sampling abs(nu) itself would shift
        every slice by a constant.
    """
    distance = np.minimum(np.arange(length), length - np.arange(length)).astype(np.float64)
    kernel = np.zeros(length)
    odd = distance % 2 == 1
    kernel[odd] = -1.0 / (np.pi * distance[odd]) ** 2
    kernel[0] = 0.25
    return np.asarray(np.fft.rfft(kernel).real)
