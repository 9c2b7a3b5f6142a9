"""How long a chain of relaxations must be for a spectrum: the search over M, and the fit at the M that was found.

M is too small when the residual still falls, and too large when neighbouring resistances take opposite signs to chase
noise, which the number mu measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.validity.relaxation_chain import Spectra, Sums, left_out, orthogonal_fit, refined

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Criterion = Literal["mu and residual", "mu", "residual"]

_FEWEST = 3
_PER_DECADE = 7.0  # more relaxations than this resolve nothing that a spectrum holds
_EVERY = 12  # every M up to here, then steps of a tenth
_LOOK_AHEAD = (1.5, 6)  # times M, at least M plus: a chain so long must not fit better, or M is too small
_MUCH_BETTER = 0.8  # of the residual variance
_BATCH = 512  # spectra at once: their normal matrices stay in the cache of the processor
_RAYLEIGH = np.sqrt(2 * np.log(2))  # median size of a complex number with parts of standard deviation 1
_HARDLY_FREE = 0.05  # 1 - leverage below which a residual tells nothing of its point


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """Fit of spectra on one grid.

    Attributes
    ----------
    residual, deviation
        (model - data) over the size of the data, and the same with the model of all other frequencies, shape (batch, point).
    studentised
        Size of the residual per part over the root of its freedom, shape (batch, point); NaN where a point is fitted by itself.
    mu, element_count
        Shape (batch,).
    """

    residual: ComplexArray
    deviation: ComplexArray
    studentised: FloatArray
    mu: FloatArray
    element_count: npt.NDArray[np.int64]

    @property
    def rms(self) -> FloatArray:
        """Root mean square over real and imaginary parts, shape (batch,)."""
        return np.asarray(np.sqrt((np.abs(self.residual) ** 2).mean(axis=1) / 2))

    @property
    def noise(self) -> FloatArray:
        """Standard deviation of the data per part, over their size, from the median residual, shape (batch,)."""
        known = np.where(np.isnan(self.studentised), 0.0, self.studentised)
        sorted_sizes = np.sort(np.where(np.isnan(self.studentised), np.inf, known), axis=1)
        middle = np.maximum(np.isfinite(sorted_sizes).sum(axis=1) - 1, 0) // 2
        median = np.take_along_axis(sorted_sizes, middle[:, None], axis=1)[:, 0]
        return np.asarray(np.where(np.isfinite(median), median, np.nan) * np.sqrt(2) / _RAYLEIGH)


def linear_fit(
    frequency: FloatArray,
    data: ComplexArray,
    *,
    elements: int | Literal["auto"],
    mu_limit: float,
    criterion: Criterion = "mu and residual",
    capacitance: bool = True,
) -> LinearFit:
    """Fit spectra on one grid; see :func:`alkanode.impedance.kramers_kronig`.

    Parameters
    ----------
    frequency
        Hz, shape (point,), all positive.
    data
        Impedances (or admittances), shape (batch, point), finite.
    elements, mu_limit, criterion, capacitance
        As in :func:`alkanode.impedance.kramers_kronig`.
    """
    points, decades = frequency.size, float(np.log10(frequency.max() / frequency.min()))
    longest = max(_FEWEST, min(points - 1, int(np.ceil(_PER_DECADE * decades)) + 1))
    shortest = min(max(_FEWEST, int(decades)), longest)
    if elements != "auto" and not 1 <= elements <= points:
        raise SchemaError(
            "elements must lie between 1 and the number of points of the shortest spectrum",
            found=f"{elements} for {points} points",
        )
    parts = []
    for rows in np.array_split(np.arange(len(data)), -(-len(data) // _BATCH)):
        spectra = Spectra.of(frequency, data[rows], capacitance=capacitance)
        if elements == "auto":
            counts = _lengths(Sums(spectra), points, (shortest, longest), mu_limit, criterion)
        else:
            counts = np.full(rows.size, elements)
        parts.append(_fitted(spectra, counts, longest))
    return LinearFit(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in LinearFit.__dataclass_fields__)
    )


def _lengths(
    sums: Sums, points: int, between: tuple[int, int], mu_limit: float, criterion: Criterion
) -> npt.NDArray[np.int64]:
    """The M of every spectrum, shape (batch,)."""
    shortest, longest = between
    ladder = list(range(shortest, min(max(_EVERY, shortest), longest) + 1))
    while ladder[-1] < longest:
        ladder.append(min(longest, ladder[-1] + round(ladder[-1] / 10)))
    found = np.full(len(sums.squares), longest, dtype=np.int64)
    still_open = np.arange(found.size)
    for count in ladder[:-1]:
        solution = sums.solve(still_open, count)
        good = np.arange(still_open.size)
        if criterion != "residual":
            good = np.flatnonzero(_mu(solution.coefficients[:, sums.fixed :]) <= mu_limit)
        if criterion != "mu" and good.size:
            beyond = min(max(int(np.ceil(_LOOK_AHEAD[0] * count)), count + _LOOK_AHEAD[1]), longest)
            now = solution.squares[good] / _freedom(points, count)
            then = sums.solve(still_open[good], beyond).squares / _freedom(points, beyond)
            good = good[then >= _MUCH_BETTER * now]
        found[still_open[good]] = count
        still_open = np.delete(still_open, good)
        if still_open.size == 0:
            break
    return found


def _freedom(points: int, count: int) -> int:
    return max(2 * points - count - 3, 1)


def _fitted(spectra: Spectra, counts: npt.NDArray[np.int64], longest: int) -> LinearFit:
    """The fit of every spectrum at its own M."""
    shape = spectra.data.shape
    residual, deviation = np.empty(shape, dtype=np.complex128), np.empty(shape, dtype=np.complex128)
    studentised, mu = np.empty(shape), np.empty(shape[0])
    for count in map(int, np.unique(counts)):
        rows = np.flatnonzero(counts == count)
        chosen = spectra.rows(rows)
        if count > longest:
            values, left, alone, freedom = orthogonal_fit(chosen, count)
        else:
            solution = Sums(chosen).solve(slice(None), count)
            values, left = refined(chosen, solution, count)
            alone, freedom = left_out(chosen, solution, count, left)
        residual[rows], deviation[rows], mu[rows] = left, alone, _mu(values[:, spectra.fixed :])
        judged = freedom > _HARDLY_FREE
        studentised[rows] = np.where(judged, np.abs(left) / np.sqrt(2 * np.where(judged, freedom, 1.0)), np.nan)
    return LinearFit(residual, deviation, studentised, mu, counts.astype(np.int64))


def _mu(resistances: FloatArray) -> FloatArray:
    """1 - sum |R_k < 0| / sum |R_k >= 0| over the chain, shape (batch,)."""
    negative = -np.minimum(resistances, 0).sum(axis=1)
    positive = np.maximum(resistances, 0).sum(axis=1)
    return np.asarray(np.where(positive > 0, 1 - negative / np.where(positive > 0, positive, 1.0), -np.inf))
