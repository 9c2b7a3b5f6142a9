"""Series of spectra whose distribution of relaxation times is known exactly: truths for tests and benchmarks.

Every family is a sum of arcs with a closed form (depressed arcs, log-normal peaks, Havriliak-Negami arcs, flat bands) along a run.
``growing_interface`` is a cell as its spectra are usually modelled; ``switched_interface`` runs through strip, plate and
strip with few spectra per segment and jumps between them; ``skewed_arcs`` has no symmetric arc at all. Settings of the analysis were chosen on the first one; the second and third were
looked at while some of them were chosen. ``flat_bands`` was added after all settings stood, with a shape that no part of the
analysis assumes, so it alone tells what such a choice is worth elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import elements

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Family = Literal["growing_interface", "switched_interface", "skewed_arcs", "flat_bands"]

_REACH = 8.0  # standard deviations of a log-normal peak that its quadrature covers
_NODES = 201
_SKEWED_ALPHA = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of a series: an arc of the spectrum.

    Attributes
    ----------
    name
        For example ``"grain boundary"``.
    shape
        ``"zarc"`` (``width`` is the exponent alpha), ``"log-normal"`` (``width`` is the standard deviation of ln tau),
        ``"skewed"`` (Havriliak-Negami with alpha 0.9; ``width`` is its exponent beta) or ``"band"`` (Froehlich: the same
        gamma everywhere between two relaxation times, ``width`` apart in ln tau).
    resistance, relaxation_time, width
        ohm, s and 1, one value per spectrum, shape (spectrum,).
    """

    name: str
    shape: Literal["zarc", "log-normal", "skewed", "band"]
    resistance: FloatArray
    relaxation_time: FloatArray
    width: FloatArray

    def impedance(self, frequency: FloatArray) -> ComplexArray:
        """Impedance (ohm), shape (spectrum, point), at frequencies (Hz), shape (point,)."""
        R, tau, width = (values[:, None] for values in (self.resistance, self.relaxation_time, self.width))
        if self.shape == "zarc":
            return elements.zarc(frequency, R, tau, width)
        if self.shape == "skewed":
            return elements.skewed_arc(frequency, R, tau, _SKEWED_ALPHA, width)
        if self.shape == "band":
            s = 2j * np.pi * frequency * tau
            return np.asarray(R * (1 - np.log((1 + s * np.exp(width / 2)) / (1 + s * np.exp(-width / 2))) / width))
        u = np.linspace(-_REACH, _REACH, _NODES)
        weight = np.exp(-(u**2) / 2)
        weight /= weight.sum()
        s = 2j * np.pi * frequency * tau
        return np.asarray(R * (weight / (1 + s[..., None] * np.exp(width[..., None] * u))).sum(axis=-1))

    def distribution(self, relaxation_times: FloatArray) -> FloatArray:
        """Gamma (ohm per unit ln tau), shape (spectrum, tau), at relaxation times (s), shape (tau,)."""
        R, tau, width = (values[:, None] for values in (self.resistance, self.relaxation_time, self.width))
        if self.shape == "zarc":
            return elements.zarc_distribution(relaxation_times, R, tau, width)
        if self.shape == "skewed":
            return elements.skewed_arc_distribution(relaxation_times, R, tau, _SKEWED_ALPHA, width)
        distance = np.log(relaxation_times / tau)
        if self.shape == "band":
            return np.asarray(np.where(np.abs(distance) <= width / 2, R / width, 0.0))
        return np.asarray(R / (width * np.sqrt(2 * np.pi)) * np.exp(-(distance**2) / (2 * width**2)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectraTruth:
    """What a series of spectra was made from.

    Attributes
    ----------
    frequency
        Hz, descending, shape (point,).
    impedance
        Free of noise, ohm, shape (spectrum, point).
    arcs
        The processes, fastest first.
    series_resistance, inductance
        ohm, H.
    segment
        Number of the half cycle that a spectrum belongs to, shape (spectrum,).
    """

    frequency: FloatArray
    impedance: ComplexArray
    arcs: tuple[Process, ...]
    series_resistance: float
    inductance: float
    segment: npt.NDArray[np.int64]

    def distribution(self, relaxation_times: FloatArray) -> FloatArray:
        """Gamma of all processes (ohm per unit ln tau), shape (spectrum, tau)."""
        return np.asarray(sum(arc.distribution(relaxation_times) for arc in self.arcs))

    def polarisation(self, shortest: float, longest: float) -> FloatArray:
        """Integral of gamma over ln tau between two relaxation times (s), ohm, shape (spectrum,)."""
        u = np.linspace(np.log(shortest), np.log(longest), 20001)
        return np.asarray(np.trapezoid(self.distribution(np.exp(u)), u, axis=1))


def synthetic_spectra(
    family: Family = "growing_interface", *, spectra: int = 100, points: int = 80, noise: float = 0.002, seed: int = 1
) -> tuple[xr.Dataset, SpectraTruth]:
    """A series of spectra with noise, and what it was made from.

    Parameters
    ----------
    family
        ``"growing_interface"`` (7 MHz to 1 Hz): grain boundary, coating, an interface that grows from 10 to 70 ohm, and a
        peak that appears after 40 % of the run. ``"switched_interface"`` (the same range): three segments (strip, plate,
        strip), between which the interface jumps. ``"skewed_arcs"`` (1 MHz to 0.1 Hz): two skewed arcs and a broad
        log-normal peak of some hundred ohm. ``"flat_bands"`` (the same range): two bands with sharp ends and a depressed arc
        that grows.
    spectra
        Number of spectra.
    points
        Frequencies of each, evenly spaced in ln f.
    noise
        Standard deviation of real and imaginary part over their own size; 0.002 is a good instrument.
    seed
        Of the random numbers.

    Returns
    -------
    record
        Kind ``impedance``, with ``time`` (s, one spectrum a minute), ``charge`` (C, signed: it runs back while plating) and
        ``step`` (number of the segment).
    truth
        Arcs, and the impedance without noise.

    Raises
    ------
    SchemaError
        For an unknown family or a number out of range.
    """
    if family not in _FAMILIES:
        raise SchemaError("an unknown family of spectra", found=repr(family), todo=f"Known: {', '.join(_FAMILIES)}")
    if spectra < 1 or points < 2 or not noise >= 0:
        raise SchemaError(
            "at least one spectrum of two points and a noise that is not negative are needed",
            found=f"{spectra} spectra, {points} points, noise {noise:g}",
        )
    truth = _FAMILIES[family](np.linspace(0.0, 1.0, spectra), points)
    random = np.random.default_rng(seed)
    draws = random.normal(size=(2, *truth.impedance.shape))
    noisy = truth.impedance.real * (1 + noise * draws[0]) + 1j * truth.impedance.imag * (1 + noise * draws[1])
    direction = np.where(truth.segment % 2 == 0, 1.0, -1.0)
    record = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(truth.frequency, (spectra, 1))),
            "impedance": (("spectrum", "point"), noisy),
        },
        coords={
            "time": ("spectrum", 60.0 * np.arange(spectra)),
            "charge": ("spectrum", 0.06 * (np.cumsum(direction) - direction[0])),
            "step": ("spectrum", truth.segment),
        },
    )
    return label(record, "impedance"), truth


def _made(
    frequency: FloatArray, arcs: tuple[Process, ...], series_resistance: float, inductance: float, segment: FloatArray
) -> SpectraTruth:
    fixed = elements.resistor(frequency, series_resistance) + elements.inductor(frequency, inductance)
    return SpectraTruth(
        frequency=frequency,
        impedance=np.asarray(fixed + sum(arc.impedance(frequency) for arc in arcs)),
        arcs=arcs,
        series_resistance=series_resistance,
        inductance=inductance,
        segment=segment.astype(np.int64),
    )


def _growing_interface(s: FloatArray, points: int) -> SpectraTruth:
    one = np.ones_like(s)
    later = np.clip((s - 0.4) / 0.6, 0.0, 1.0)
    arcs = (
        Process(
            name="grain boundary", shape="zarc", resistance=20 * one, relaxation_time=1.2e-7 * one, width=0.95 * one
        ),
        Process(name="void", shape="log-normal", resistance=12 * later, relaxation_time=4e-5 * one, width=0.8 * one),
        Process(name="coating", shape="zarc", resistance=8 + 0.8 * s, relaxation_time=1e-3 * one, width=0.92 * one),
        Process(
            name="interface",
            shape="zarc",
            resistance=10 + 60 * s,
            relaxation_time=0.013 + 0.017 * s,
            width=0.82 - 0.1 * s,
        ),
    )
    return _made(np.geomspace(7e6, 1.0, points), arcs, 15.0, 1e-7, np.zeros(s.size))


def _switched_interface(s: FloatArray, points: int) -> SpectraTruth:
    one = np.ones_like(s)
    segment = np.minimum(np.floor(3 * s), 2)
    within = 3 * s - segment
    plating = segment == 1
    arcs = (
        Process(
            name="grain boundary", shape="zarc", resistance=20 * one, relaxation_time=1.2e-7 * one, width=0.95 * one
        ),
        Process(name="coating", shape="zarc", resistance=8 * one, relaxation_time=1e-3 * one, width=0.92 * one),
        Process(
            name="interface",
            shape="log-normal",
            resistance=np.where(plating, 18 + 6 * within, 25 + (20 + 15 * segment) * within),
            relaxation_time=np.where(plating, 0.012 * np.exp(0.3 * within), 0.05 * np.exp(0.5 * within)),
            width=np.where(plating, 0.7, 0.9),
        ),
    )
    return _made(np.geomspace(7e6, 1.0, points), arcs, 15.0, 1e-7, segment)


def _skewed_arcs(s: FloatArray, points: int) -> SpectraTruth:
    one = np.ones_like(s)
    arcs = (
        Process(name="fast", shape="skewed", resistance=150 + 30 * s, relaxation_time=8e-6 * one, width=0.75 * one),
        Process(
            name="middle", shape="log-normal", resistance=220 * one, relaxation_time=4e-4 + 6e-4 * s, width=1.0 * one
        ),
        Process(name="slow", shape="skewed", resistance=100 + 500 * s**2, relaxation_time=0.06 * one, width=0.6 * one),
    )
    return _made(np.geomspace(1e6, 0.1, points), arcs, 60.0, 2e-7, np.zeros(s.size))


def _flat_bands(s: FloatArray, points: int) -> SpectraTruth:
    one = np.ones_like(s)
    arcs = (
        Process(name="fast", shape="band", resistance=40 * one, relaxation_time=2e-6 + 1e-6 * s, width=2.3 * one),
        Process(name="middle", shape="band", resistance=60 - 30 * s, relaxation_time=3e-4 * one, width=3.4 * one),
        Process(name="slow", shape="zarc", resistance=20 + 100 * s, relaxation_time=0.05 + 0.1 * s, width=0.8 * one),
    )
    return _made(np.geomspace(1e6, 0.1, points), arcs, 8.0, 5e-8, np.zeros(s.size))


_FAMILIES: dict[str, Callable[[FloatArray, int], SpectraTruth]] = {
    "growing_interface": _growing_interface,
    "switched_interface": _switched_interface,
    "skewed_arcs": _skewed_arcs,
    "flat_bands": _flat_bands,
}
