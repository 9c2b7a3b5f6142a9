"""Linear Kramers-Kronig test: whether a causal, linear, stationary system can have this spectrum.

A chain of M resistance-capacitance pairs with fixed relaxation times, a resistance, an inductance and a capacitance
obeys the Kramers-Kronig relations whatever its values, and fitting it is linear. What it cannot follow breaks them.
M is too small when the residual still falls, and too large when neighbouring resistances take opposite signs to chase
noise, which the number mu measures.

The test does not see slow drift: a resistance that changes by 5 % while a sweep runs down to 1 Hz leaves the residual
at the level of 0.2 % noise. Drift of the DC voltage is checked by
:func:`alkanode.impedance.check_spectra`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.frequency_grids import frequency_grids, masked_spectra
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_FEWEST = 3
_PER_DECADE = 7.0  # more pairs than this resolve nothing that a spectrum holds
_LOOK_AHEAD = (1.5, 6)  # times M, at least M plus: a chain so long must not fit better, or M is too small
_MUCH_BETTER = 0.8  # of the residual variance


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """Fit of spectra on one grid: residuals over |Z|, shape (batch, point); mu and M, shape (batch,)."""

    residual: ComplexArray
    mu: FloatArray
    element_count: npt.NDArray[np.int64]

    @property
    def rms(self) -> FloatArray:
        """Root mean square over real and imaginary parts, shape (batch,)."""
        return np.asarray(np.sqrt((np.abs(self.residual) ** 2).mean(axis=1) / 2))


@source("Boukamp1995", "Schoenleber2014")
def kramers_kronig(
    record: RecordLike,
    *,
    elements: int | Literal["auto"] = "auto",
    mu_limit: float = 0.85,
    limit: float = 0.01,
) -> xr.Dataset:
    """Linear Kramers-Kronig test of every spectrum.

    Parameters
    ----------
    record
        Impedance record with ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point).
    elements
        Number M of resistance-capacitance pairs, or ``"auto"``: the smallest M, up to 7 per decade, with mu at or
        below ``mu_limit`` at which a chain 1.5 times as long (at least 6 pairs more) lowers the residual variance by less than a fifth. The
        second demand keeps the search from stopping at an M that cannot follow the spectrum yet.
    mu_limit
        Limit of mu = 1 - sum |R_k < 0| / sum |R_k >= 0|; 0.85 is the value of Schoenleber et al.
    limit
        A spectrum is valid when its rms residual is at or below this fraction of |Z|. Default 0.01: good instruments
        reach 0.1-0.3 %, and 1 % is the habit of the field.

    Returns
    -------
    Dataset
        Kind ``kramers_kronig``. Over (spectrum, point), in the point order of the record: ``frequency``,
        ``residual_real`` and ``residual_imaginary``, (model - data)/|Z|, NaN where there is no point. Over spectrum:
        ``rms_residual`` (over both parts), ``element_count``, ``mu``, ``valid``, ``masked``, ``mask_reason``.
        Masked spectra are not tested: NaN, 0 and false.

    Raises
    ------
    SchemaError
        For a record of another kind, points without impedance, or ``elements`` below 1 or above the number of points.

    Notes
    -----
    Minimises sum |Z_model - Z|^2 / |Z|^2 over real and imaginary parts with
    ``Z_model = R0 + j omega L + 1/(j omega C) + sum_k R_k/(1 + j omega tau_k)``, tau_k spaced evenly in ln(tau) from
    1/(2 pi f_max) to 1/(2 pi f_min), every value free in sign. A valid spectrum may still have drifted slowly.

    References
    ----------
    :cite:`Boukamp1995`, :cite:`Schoenleber2014`
    """
    record = check(record, "impedance")
    shape = record["impedance"].shape
    residual = np.full(shape, np.nan + 1j * np.nan)
    rms, mu = np.full(shape[0], np.nan), np.full(shape[0], np.nan)
    count = np.zeros(shape[0], dtype=np.int64)
    for grid in frequency_grids(record):
        fit = linear_fit(grid.frequency, grid.impedance, elements=elements, mu_limit=mu_limit)
        residual[grid.spectra[:, None], grid.points] = fit.residual
        rms[grid.spectra], mu[grid.spectra], count[grid.spectra] = fit.rms, fit.mu, fit.element_count
    result = xr.Dataset(
        {
            "frequency": record["frequency"].variable,
            "residual_real": (("spectrum", "point"), residual.real),
            "residual_imaginary": (("spectrum", "point"), residual.imag),
            "rms_residual": ("spectrum", rms),
            "element_count": ("spectrum", count),
            "mu": ("spectrum", mu),
            "valid": ("spectrum", rms <= limit),
            "masked": ("spectrum", masked_spectra(record)),
        },
        coords=spectrum_coordinates(record),
        attrs={
            "limit": limit,
            "mu_limit": mu_limit,
            "note": "a linear Kramers-Kronig test does not see slow drift within a sweep",
        },
    )
    if "mask_reason" in record.variables:
        result["mask_reason"] = record["mask_reason"].variable
    return label(result, "kramers_kronig")


def linear_fit(
    frequency: FloatArray, impedance: ComplexArray, *, elements: int | Literal["auto"], mu_limit: float
) -> LinearFit:
    """Fit spectra on one grid; see :func:`kramers_kronig`.

    Parameters
    ----------
    frequency
        Hz, shape (point,), all positive.
    impedance
        ohm, shape (batch, point), finite.
    elements, mu_limit
        As in :func:`kramers_kronig`.
    """
    batch, points = impedance.shape
    span = np.log10(frequency.max() / frequency.min())
    if elements == "auto":
        last = max(_FEWEST, min(points - 1, int(np.ceil(_PER_DECADE * span)) + 1))
        counts = np.arange(min(_FEWEST, last), last + 1)
    elif 1 <= elements <= points:
        counts = np.array([elements])
    else:
        raise SchemaError(
            "elements must lie between 1 and the number of points of the shortest spectrum",
            found=f"{elements} for {points} points",
        )
    residual = np.zeros(impedance.shape, dtype=np.complex128)
    mu, used = np.full(batch, np.nan), np.zeros(batch, dtype=np.int64)
    open_rows = np.arange(batch)
    for count in counts:
        fitted, mu_now = _fit(frequency, impedance[open_rows], int(count))
        residual[open_rows], mu[open_rows], used[open_rows] = fitted, mu_now, count
        good = np.flatnonzero(mu_now <= mu_limit)
        if good.size and count < counts[-1]:
            longer = min(max(int(np.ceil(_LOOK_AHEAD[0] * count)), int(count) + _LOOK_AHEAD[1]), int(counts[-1]))
            beyond, _ = _fit(frequency, impedance[open_rows[good]], longer)
            good = good[_variance(beyond, longer) >= _MUCH_BETTER * _variance(fitted[good], int(count))]
            open_rows = np.delete(open_rows, good)
            if open_rows.size == 0:
                break
    return LinearFit(residual, mu, used)


def _variance(residual: ComplexArray, count: int) -> FloatArray:
    freedom = max(2 * residual.shape[1] - count - 3, 1)
    return np.asarray((np.abs(residual) ** 2).sum(axis=1) / freedom)


def _fit(frequency: FloatArray, impedance: ComplexArray, count: int) -> tuple[ComplexArray, FloatArray]:
    """Residuals over |Z|, shape (batch, point), and mu, shape (batch,), for one M."""
    omega = 2 * np.pi * frequency
    tau = np.geomspace(1 / omega.max(), 1 / omega.min(), count)
    middle = np.sqrt(omega.max() * omega.min())
    columns = np.concatenate(
        [
            np.ones((omega.size, 1)),
            1j * omega[:, None] / omega.max(),
            middle / (1j * omega[:, None]),
            1 / (1 + 1j * omega[:, None] * tau),
        ],
        axis=1,
    )
    magnitude = np.abs(impedance)
    weight = 1 / np.where(magnitude > 0, magnitude, magnitude.max())
    weighted = columns * weight[:, :, None]
    A = np.concatenate([weighted.real, weighted.imag], axis=1)
    target = impedance * weight
    b = np.concatenate([target.real, target.imag], axis=1)
    Q, R = np.linalg.qr(A)
    projected = np.einsum("bij,bi->bj", Q, b)
    difference = np.einsum("bij,bj->bi", Q, projected) - b
    values = _back_substitute(R, projected)[:, 3:]
    negative = -np.where(values < 0, values, 0).sum(axis=1)
    positive = np.where(values >= 0, values, 0).sum(axis=1)
    mu = np.where(positive > 0, 1 - negative / np.where(positive > 0, positive, 1.0), -np.inf)
    return difference[:, : omega.size] + 1j * difference[:, omega.size :], mu


def _back_substitute(R: FloatArray, right: FloatArray) -> FloatArray:
    """Solve upper triangular systems, shape (batch, n, n) and (batch, n); lost directions are set to zero."""
    diagonal = np.abs(np.diagonal(R, axis1=1, axis2=2))
    lost = diagonal <= 1e-14 * diagonal.max(axis=1, keepdims=True)
    x = np.zeros_like(right)
    for row in range(R.shape[1] - 1, -1, -1):
        rest = right[:, row] - np.einsum("bj,bj->b", R[:, row, row + 1 :], x[:, row + 1 :])
        x[:, row] = np.where(lost[:, row], 0.0, rest / np.where(lost[:, row], 1.0, R[:, row, row]))
    return x
