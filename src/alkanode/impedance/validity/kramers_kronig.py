"""Linear Kramers-Kronig test: whether a causal, linear, stationary system can have this spectrum.

A chain of M resistance-capacitance pairs with fixed relaxation times, a resistance, an inductance and a capacitance
obeys the Kramers-Kronig relations whatever its values, and fitting it is linear. What it cannot follow breaks them.
M is too small when the residual still falls, and too large when neighbouring resistances take opposite signs to chase
noise, which the number mu measures.

The test does not see slow drift: a resistance that changes by 5 % while a sweep runs down to 1 Hz leaves the residual
at the level of 0.2 % noise. Drift is measured by :func:`alkanode.impedance.sweep_drift`.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks
from alkanode.impedance.validity.chain_length import Criterion, LinearFit, linear_fit
from alkanode.impedance.validity.findings import name_spectra

FloatArray = npt.NDArray[np.float64]

_FEWEST_LEFT = 8  # points of a sweep without its inductive head


@source("Boukamp1995", "Schoenleber2014")
def kramers_kronig(
    record: RecordLike,
    *,
    elements: int | Literal["auto"] = "auto",
    mu_limit: float = 0.85,
    criterion: Criterion = "mu and residual",
    limit: float = 0.01,
    outlier: float = 5.0,
    capacitance: bool = True,
    form: Literal["auto", "impedance", "admittance"] = "auto",
    inductive_head: Literal["keep", "leave out"] = "keep",
) -> xr.Dataset:
    """Linear Kramers-Kronig test of every spectrum and every point.

    Parameters
    ----------
    record
        Impedance record with ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point).
    elements
        Number M of resistance-capacitance pairs, or ``"auto"``: the smallest M, from 1 to 7 per decade (at least 3), that meets
        ``criterion``; every M up to 12 is tried, then steps of a tenth.
    mu_limit
        Limit of mu = 1 - sum |R_k < 0| / sum |R_k >= 0|; 0.85 is the value of Schoenleber et al.
    criterion
        ``"mu"``: mu at or below ``mu_limit``. ``"residual"``: a chain 1.5 times as long (at least 6 pairs more) lowers the
        residual variance by less than a fifth. The default demands both: mu alone may stop at an M that cannot follow
        the spectrum yet.
    limit
        A spectrum is valid when its rms residual is at or below this fraction of |Z|. Default 0.01: good instruments
        reach 0.1-0.3 %, and 1 % is the habit of the field.
    outlier
        A point of a valid spectrum is invalid when its residual is larger than ``limit`` *and* than this multiple of the
        noise of its spectrum, leverage considered. Default 5: in noise alone one point in some hundred thousand.
    capacitance
        Whether the chain has a capacitance in series, which blocking electrodes need. Default true.
    form
        What is fitted. The admittance of a cell with a negative resistance may obey the relations where its impedance
        cannot (it has no limit, or the cell is only stable under voltage control). ``"auto"``: the impedance; of a spectrum
        with negative real parts beyond those at its highest frequencies, the one with the smaller residual.
    inductive_head
        ``"leave out"`` does not test the points at the highest frequencies whose imaginary part is positive. Default
        ``"keep"``: the chain holds an inductance.

    Returns
    -------
    Dataset
        Kind ``kramers_kronig``. Over (spectrum, point), in the point order of the record: ``frequency``,
        ``residual_real`` and ``residual_imaginary``, (model - data)/|Z|; ``left_out_deviation``, size per part of the
        deviation from a fit to all other frequencies, over |Z|; all NaN where a point is absent or not tested;
        ``point_valid`` (false there too). Over spectrum: ``rms_residual`` (over both parts), ``relative_noise`` (per part,
        from the median residual), ``element_count``, ``mu``, ``valid``, ``in_admittance``, ``masked``, ``mask_reason``.
        Masked spectra are not tested: NaN, 0 and false. ``attrs["checks"]`` names the invalid points of valid spectra.

    Raises
    ------
    SchemaError
        For a record of another kind, points without impedance, ``elements`` below 1 or above the number of points, or a
        limit that is not positive.

    Warns
    -----
    DataQualityWarning
        Where a valid spectrum holds invalid points.

    Notes
    -----
    Minimises sum |Z_model - Z|^2 / |Z|^2 over real and imaginary parts with
    ``Z_model = R0 + j omega L + 1/(j omega C) + sum_k R_k/(1 + j omega tau_k)``, tau_k spaced evenly in ln(tau) from
    1/(2 pi f_max) to 1/(2 pi f_min), every value free in sign; of an admittance the same sum with conductances. In a
    spectrum that is not valid every point is invalid whose residual exceeds ``limit``; a bad point pulls its neighbours along,
    so the verdicts name a region rather than a point. ``left_out_deviation`` is larger than the residual where the others
    must be extrapolated: at the first and last frequency by a factor of two or three.
    A valid spectrum may still have drifted slowly: see :func:`sweep_drift`.

    References
    ----------
    :cite:`Boukamp1995`, :cite:`Schoenleber2014`
    """
    record = check(record, "impedance")
    for name, value in (("limit", limit), ("outlier", outlier), ("mu_limit", mu_limit)):
        if not value > 0:
            raise SchemaError(f"{name} must be positive", found=repr(value))
    tested = record if inductive_head == "keep" else _without_inductive_head(record)
    shape = record["impedance"].shape
    residual = np.full(shape, np.nan + 1j * np.nan)
    deviation, valid_point = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    rms, mu, noise = (np.full(shape[0], np.nan) for _ in range(3))
    count, admittance = np.zeros(shape[0], dtype=np.int64), np.zeros(shape[0], dtype=bool)
    for grid in frequency_grids(tested):
        fit, inverted = _fitted(grid, form, elements, mu_limit, criterion, capacitance)
        at = grid.spectra[:, None], grid.points
        beyond_noise = fit.studentised > outlier * fit.noise[:, None]
        beyond_limit = np.abs(fit.residual) > np.sqrt(2) * limit
        residual[at], deviation[at] = fit.residual, np.abs(fit.deviation) / np.sqrt(2)
        valid_point[at] = ~(beyond_limit & (beyond_noise | (fit.rms > limit)[:, None]))
        rms[grid.spectra], mu[grid.spectra], noise[grid.spectra] = fit.rms, fit.mu, fit.noise
        count[grid.spectra], admittance[grid.spectra] = fit.element_count, inverted
    result = xr.Dataset(
        {
            "frequency": record["frequency"].variable,
            "residual_real": (("spectrum", "point"), residual.real),
            "residual_imaginary": (("spectrum", "point"), residual.imag),
            "left_out_deviation": (("spectrum", "point"), deviation),
            "point_valid": (("spectrum", "point"), valid_point),
            "rms_residual": ("spectrum", rms),
            "relative_noise": ("spectrum", noise),
            "element_count": ("spectrum", count),
            "mu": ("spectrum", mu),
            "valid": ("spectrum", rms <= limit),
            "in_admittance": ("spectrum", admittance),
            **spectrum_masks(record),
        },
        coords=spectrum_coordinates(record),
        attrs={
            "limit": limit,
            "mu_limit": mu_limit,
            "outlier": outlier,
            "criterion": criterion,
            "form": form,
            "inductive_head": inductive_head,
            "note": "a linear Kramers-Kronig test does not see slow drift within a sweep",
        },
    )
    result.attrs["checks"] = "\n".join(_outliers(result))
    return label(result, "kramers_kronig")


def keep_valid_points(record: RecordLike, test: RecordLike) -> xr.Dataset:
    """Take points that fail a Kramers-Kronig test out of valid spectra.

    Parameters
    ----------
    record
        Impedance record.
    test
        Its :func:`kramers_kronig` test, point by point in the same order.

    Returns
    -------
    Dataset
        The record, with ``frequency`` and ``impedance`` NaN at every point that was tested and is not valid, in spectra
        that are valid as a whole. Spectra that are not valid stay whole: where the fit follows nothing, its verdict on single
        points means little.

    Raises
    ------
    SchemaError
        When the test belongs to a record of another shape.
    """
    record, test = check(record, "impedance"), check(test, "kramers_kronig")
    if test["frequency"].shape != record["frequency"].shape or "point_valid" not in test:
        raise SchemaError(
            "the test must be that of the record, with point_valid", found=f"shapes {test.sizes}, {record.sizes}"
        )
    tested = np.isfinite(test["residual_real"].to_numpy())
    out = tested & ~test["point_valid"].to_numpy() & test["valid"].to_numpy()[:, None]
    kept = record.copy()
    for name in ("frequency", "impedance"):
        kept[name] = record[name].where(~xr.DataArray(out, dims=("spectrum", "point")))
    return label(kept, "impedance")


def _fitted(
    grid: FrequencyGrid,
    form: str,
    elements: int | Literal["auto"],
    mu_limit: float,
    criterion: Criterion,
    capacitance: bool,
) -> tuple[LinearFit, npt.NDArray[np.bool_]]:
    """The fit of every spectrum of a grid, and which are fits of admittances."""

    def fit(data: npt.NDArray[np.complex128]) -> LinearFit:
        return linear_fit(
            grid.frequency,
            data,
            elements=elements,
            mu_limit=mu_limit,
            criterion=criterion,
            capacitance=capacitance,
        )

    inverted = np.zeros(len(grid.spectra), dtype=bool)
    if form == "admittance":
        return fit(_admittance(grid.impedance)), ~inverted
    of_impedance = fit(grid.impedance)
    if form == "impedance":
        return of_impedance, inverted
    negative = grid.impedance.real < 0
    doubtful = np.flatnonzero(
        (negative & ~np.logical_and.accumulate(negative, axis=1)).any(axis=1) | negative.all(axis=1)
    )
    if doubtful.size == 0:
        return of_impedance, inverted
    other = fit(_admittance(grid.impedance[doubtful]))
    better = other.rms < of_impedance.rms[doubtful]
    inverted[doubtful[better]] = True
    merged = {}
    for name in LinearFit.__dataclass_fields__:
        values = getattr(of_impedance, name).copy()
        values[doubtful[better]] = getattr(other, name)[better]
        merged[name] = values
    return LinearFit(**merged), inverted


def _admittance(impedance: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    smallest = np.abs(impedance).max(axis=1, keepdims=True) * 1e-15
    return np.asarray(1 / np.where(impedance == 0, smallest, impedance))


def _without_inductive_head(record: xr.Dataset) -> xr.Dataset:
    """The record without the points of positive imaginary part at the highest frequencies, where enough others remain."""
    frequency, impedance = record["frequency"].to_numpy(), record["impedance"].to_numpy()
    order = np.argsort(-np.where(np.isfinite(frequency), frequency, -np.inf), axis=1, kind="stable")
    inductive = np.take_along_axis(impedance.imag > 0, order, axis=1)
    head = np.logical_and.accumulate(inductive, axis=1)
    head &= (np.isfinite(frequency).sum(axis=1) - head.sum(axis=1) >= _FEWEST_LEFT)[:, None]
    out = np.zeros_like(head)
    np.put_along_axis(out, order, head, axis=1)
    return record.assign(frequency=(("spectrum", "point"), np.where(out, np.nan, frequency)))


def _outliers(result: xr.Dataset) -> list[str]:
    """One line per valid spectrum with invalid points; a warning names the spectra."""
    tested = np.isfinite(result["residual_real"].to_numpy())
    out = tested & ~result["point_valid"].to_numpy() & result["valid"].to_numpy()[:, None]
    found = np.flatnonzero(out.any(axis=1))
    if found.size == 0:
        return []
    frequency, deviation = result["frequency"].to_numpy(), result["left_out_deviation"].to_numpy()
    lines = [
        f"spectrum {k}: outlying points at "
        + ", ".join(f"{frequency[k, i]:.4g} Hz ({100 * deviation[k, i]:.2g} % of |Z|)" for i in np.flatnonzero(out[k]))
        for k in found
    ]
    warnings.warn(
        f"outlying points in {name_spectra(map(int, found))}, valid as a whole; their frequencies are in the checks of the test",
        DataQualityWarning,
        stacklevel=4,
    )
    return lines
