"""What a choice of lambda rests on: a criterion over the candidates, for a series and for every spectrum of it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.frequency_grids import FrequencyGrid
from alkanode.impedance.relaxation.basis import BasisName
from alkanode.impedance.relaxation.inversion import InversionOptions, Part, Weights
from alkanode.impedance.relaxation.lambda_choice import LAMBDAS, METHODS, LambdaCurves, Method, lambda_curves
from alkanode.impedance.relaxation.options import read_options, usable_grids
from alkanode.impedance.relaxation.window import log_tau_grid
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A lambda per spectrum, and the curve it was chosen on (``None``: it was given).

    Attributes
    ----------
    each
        Shape (spectrum,).
    lambdas
        Candidates, shape (lambda,), empty where lambda was given.
    curves
        Criteria of the candidates.
    """

    each: FloatArray
    lambdas: FloatArray
    curves: LambdaCurves | None

    @classmethod
    def fixed(cls, regularisation: float, spectra: int) -> Choice:
        """The same given lambda for every spectrum."""
        return cls(np.full(spectra, regularisation), np.empty(0), None)

    @property
    def typical(self) -> float:
        """The lambda of the series, or the median of those of its spectra."""
        return float(np.nanmedian(self.each))

    def fields(self) -> dict[str, tuple[str, FloatArray]]:
        """Fields of a record that keep the pooled curve."""
        if self.curves is None:
            return {}
        return {
            "candidate_regularisation": ("candidate", self.lambdas),
            "smoothing_criterion": ("candidate", _finite(self.curves.criterion)),
        }


def choose_lambda(
    grids: list[FrequencyGrid],
    spectra: int,
    log_tau: FloatArray,
    options: InversionOptions,
    extend_decades: float,
    method: Method,
    *,
    pooled: bool,
    lambdas: FloatArray = LAMBDAS,
    stacklevel: int = 4,
) -> Choice:
    """Choose lambda from the data; warns where a choice is the first or last candidate."""
    found = lambda_curves(grids, spectra, log_tau, options, extend_decades, method, lambdas, pooled=pooled)
    known = ~np.isnan(found.each).all(axis=0)
    best = np.full(spectra, int(np.argmin(found.criterion)))
    if not pooled:
        best[known] = np.argmin(found.each[:, known], axis=0)
    at_end = np.flatnonzero(known & ((best == 0) | (best == lambdas.size - 1)))
    if at_end.size:
        which = "the series" if pooled else f"{at_end.size} of {spectra} spectra"
        warnings.warn(
            f"{method} chose the first or last of the candidates {lambdas[0]:.3g} to {lambdas[-1]:.3g} for {which}: "
            "the data do not determine lambda; give it, or other candidates (regularisation_curve)",
            DataQualityWarning,
            stacklevel=stacklevel,
        )
    return Choice(np.where(known, lambdas[best], np.nan), lambdas, found)


@source("GolubHeathWahba1979", "HansenOLeary1993", "Saccoccio2014")
def regularisation_curve(
    record: RecordLike,
    method: Method = "gcv",
    lambdas: Sequence[float] | FloatArray | None = None,
    *,
    pooled: bool = True,
    penalty_order: int = 1,
    points_per_decade: int = 10,
    extend_decades: float = 0.5,
    weights: Weights | None = None,
    inductance: bool = True,
    part: Part = "both",
    basis: BasisName = "tent",
    basis_width: float = 0.5,
    capacitance: bool = False,
    blocking: bool | Sequence[float] = False,
) -> xr.Dataset:
    """Criterion for the regularisation of relaxation times over its candidates.

    Parameters
    ----------
    record
        Impedance record, as for :func:`alkanode.impedance.relaxation_times`.
    method
        ``"gcv"`` (default): generalised cross-validation, the expected error of predicting a point that was left out.
        ``"l-curve"``: the corner of log roughness over log residual, as minus its curvature. ``"re-im"``: the real part
        predicted from the imaginary part and the other way round.
    lambdas
        Candidates, increasing, at least five. Default: 36 from 1e-7 to 1.
    pooled
        Whether ``chosen_regularisation`` is one for the series. With modulus weights it also decides whether spectra
        on one grid share their mean weights (fast) or each has a decomposition of its own.
    penalty_order, points_per_decade, extend_decades, weights, inductance, part, basis, basis_width, capacitance, blocking
        As for :func:`alkanode.impedance.relaxation_times`.

    Returns
    -------
    Dataset
        Kind ``regularisation_curve``: over candidate ``candidate_regularisation`` (lambda), ``smoothing_criterion``
        (pooled; the mean over the spectra of ln GCV or of ln of the squared prediction error, over the squared
        impedance; for the L-curve the curvature of the mean curve), ``log_misfit``, ``log_roughness``; over (spectrum,
        candidate) ``spectrum_criterion``; ``chosen_regularisation`` of every spectrum. ``attrs["regularisation"]`` is
        the pooled choice.

    Raises
    ------
    SchemaError
        For a record of another kind, an unknown method, or candidates that are too few or not increasing.

    Warns
    -----
    DataQualityWarning
        When the choice is the first or last candidate.

    Notes
    -----
    The criteria belong to the problem without the constraint gamma >= 0, where they have a closed form: 36 candidates
    cost less than a tenth of one inversion. The constraint itself suppresses noise, so the chosen lambda is an upper bound
    of what the constrained problem needs only in order of magnitude. Pooling takes the mean of logarithms: each spectrum
    counts the same, whatever its size and noise. All three assume independent noise of equal relative size (modulus
    weights) or equal size (unit weights); drift and artefacts make them choose too little smoothing.

    References
    ----------
    :cite:`GolubHeathWahba1979`, :cite:`HansenOLeary1993`, :cite:`Saccoccio2014`
    """
    record = check(record, "impedance")
    if method not in METHODS:
        raise SchemaError(f"method must be one of {METHODS}", found=repr(method))
    options, _ = read_options(
        regularisation=method,
        penalty_order=penalty_order,
        points_per_decade=points_per_decade,
        extend_decades=extend_decades,
        weights=weights,
        inductance=inductance,
        part=part,
        basis=basis,
        basis_width=basis_width,
        capacitance=capacitance,
        blocking=blocking,
        free_sign=None,
        preset=None,
    )
    candidates = LAMBDAS if lambdas is None else np.asarray(lambdas, dtype=np.float64)
    usable = candidates.ndim == 1 and candidates.size >= 5 and np.isfinite(candidates).all()
    if not usable or candidates[0] <= 0 or (np.diff(candidates) <= 0).any():
        raise SchemaError("lambdas must be at least five positive increasing numbers", found=repr(lambdas))
    grids = usable_grids(record)
    spectra = record.sizes["spectrum"]
    log_tau = log_tau_grid(grids, points_per_decade, extend_decades)
    choice = choose_lambda(grids, spectra, log_tau, options, extend_decades, method, pooled=pooled, lambdas=candidates)
    found = choice.curves
    assert found is not None
    result = xr.Dataset(
        {
            "candidate_regularisation": ("candidate", candidates),
            "smoothing_criterion": ("candidate", _finite(found.criterion)),
            "log_misfit": ("candidate", found.residual),
            "log_roughness": ("candidate", found.roughness),
            "spectrum_criterion": (("spectrum", "candidate"), _finite(found.each.T)),
            "chosen_regularisation": ("spectrum", choice.each),
            **spectrum_masks(record),
        },
        coords=spectrum_coordinates(record),
        attrs={
            "regularisation": float(candidates[np.argmin(found.criterion)]),
            "regularisation_method": method,
            "pooled": int(pooled),
            **options.as_attributes(),
        },
    )
    return label(result, "regularisation_curve")


def _finite(values: FloatArray) -> FloatArray:
    """NaN in place of infinity, where a criterion is not defined (the ends of an L-curve)."""
    return np.where(np.isfinite(values), values, np.nan)
