"""How many arcs a spectrum supports: circuits of one to several arcs compared by evidence.

More arcs always fit better. An information criterion asks whether by enough, but it counts points as independent; the
residuals of an incomplete circuit are not. They are counted for as many independent points as their correlation leaves.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import AlkanodeWarning, SchemaError
from alkanode.impedance.circuits.arcs_of_tree import arcs_of
from alkanode.impedance.circuits.circuit import parse_circuit
from alkanode.impedance.circuits.continuation import Weights, fit_series
from alkanode.impedance.frequency_grids import masked_spectra
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks
from alkanode.numerics.model_choice import autocorrelation

Floats = npt.NDArray[np.float64]

_STRONG = 10.0
"""Difference of the information criterion that is "very strong" in the usual reading."""

_FLOOR = 1e-9
"""Rms residual over |Z| below which circuits are not told apart: rounding must choose no circuit."""


def choose_arcs(
    record: RecordLike,
    *,
    most: int = 4,
    before: str = "L0-R0",
    after: str = "",
    margin: float = 2.0,
    starts: int = 3,
    weights: Weights = "modulus",
) -> xr.Dataset:
    """Number of arcs of each spectrum by evidence.

    Parameters
    ----------
    record
        Impedance record; masked spectra are skipped.
    most
        Largest number of arcs; 4.
    before, after
        What stands in series before and after the arcs: leads and series resistance (default ``"L0-R0"``), for example
        ``"CPE0"`` or ``"W0"`` behind them.
    margin
        A circuit with more arcs must beat a simpler one by this much; 2.
    starts
        As for :func:`alkanode.impedance.fit_series`.
    weights
        As in the fits.

    Returns
    -------
    Dataset
        Kind ``arc_choice`` over (spectrum, circuit): ``bic``, ``aic``, ``evidence`` (bic minus that of the best),
        ``rms_residual`` (over |Z|), ``determined`` (no parameter of an arc on a bound, and no resistance of an arc whose
        95 % interval spans more than a factor of 100). Over circuit: ``circuit`` (text), ``arc_count``. Over spectrum:
        ``chosen`` (arcs; -1 for masked spectra), ``effective_samples``. ``attrs``: ``series_choice`` (the count that the
        sum of the evidence over the series supports) and ``series_circuit`` (its text).

    Raises
    ------
    SchemaError
        For a record of another kind, too few points, or an option out of range.

    Notes
    -----
    ``bic = n ln(S/n_data) + k ln n`` with ``n = n_data (1 - r)/(1 + r)``, where r is the correlation of neighbouring
    residuals of the richest circuit, S the sum of squared residuals over |Z| and k the parameters; ``aic`` has 2 k instead
    of k ln n. Each arc is a resistance beside a constant-phase element. A broad distribution may need two of them, so the
    count is that of arcs which describe the spectrum, not of processes in the cell.
    """
    record = check(record, "impedance")
    if most < 1 or not margin >= 0:
        raise SchemaError("at least one arc and a margin that is not negative", found=f"{most} and {margin:g}")
    texts = [_text(before, after, count) for count in range(1, most + 1)]
    masked = masked_spectra(record)
    count = masked.size
    rms, determined = np.full((count, most), np.nan), np.zeros((count, most), dtype=bool)
    effective, numbers = np.full(count, np.nan), np.zeros(most)
    for place, text in enumerate(texts):
        with warnings.catch_warnings():  # circuits with too many arcs are doubtful by design
            warnings.simplefilter("ignore", AlkanodeWarning)
            fit = fit_series(record, text, starts=starts, weights=weights)
        residual = np.stack([fit[f"residual_{part}"].to_numpy() for part in ("real", "imaginary")])
        known = np.isfinite(residual)
        total = np.where(known, residual, 0.0) ** 2
        numbers_known = known.sum(axis=(0, 2))
        rms[:, place] = np.sqrt(total.sum(axis=(0, 2)) / np.where(numbers_known > 0, numbers_known, np.nan))
        determined[:, place] = _determined(fit, text)
        numbers[place] = fit.sizes["parameter"]
        effective = _effective(residual, masked)  # that of the last, richest circuit stays
    rms[masked] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        fitness = effective[:, None] * np.log(np.maximum(rms, _FLOOR) ** 2)
        bic = fitness + numbers * np.log(effective)[:, None]
    evidence = bic - np.nanmin(np.where(np.isfinite(bic), bic, np.inf), axis=1, keepdims=True)
    chosen = np.array([_simplest(e, d, margin) for e, d in zip(evidence, determined, strict=True)])
    usable = np.flatnonzero(~masked & np.isfinite(bic).all(axis=1))
    together = bic[usable].sum(axis=0) if usable.size else np.full(most, np.nan)
    mostly = determined[usable].mean(axis=0) > 0.5 if usable.size else np.zeros(most, dtype=bool)
    series = _simplest(together - np.nanmin(together), mostly, margin) if usable.size else -1
    result = xr.Dataset(
        {
            "bic": (("spectrum", "circuit"), bic),
            "aic": (("spectrum", "circuit"), fitness + 2 * numbers),
            "evidence": (("spectrum", "circuit"), evidence),
            "rms_residual": (("spectrum", "circuit"), rms),
            "determined": (("spectrum", "circuit"), determined),
            "effective_samples": ("spectrum", effective),
            "chosen": ("spectrum", chosen),
            "arc_count": ("circuit", np.arange(1, most + 1)),
            **spectrum_masks(record),
        },
        coords={"circuit": np.array(texts, dtype=str), **spectrum_coordinates(record)},
        attrs={
            "margin": margin,
            "weights": weights,
            "series_choice": series,
            "series_circuit": texts[series - 1] if series > 0 else "",
        },
    )
    return label(result, "arc_choice")


def _text(before: str, after: str, count: int) -> str:
    arcs = [f"p(R{k},CPE{k})" for k in range(1, count + 1)]
    return parse_circuit("-".join(part for part in (before, *arcs, after) if part)).text


def _determined(fit: xr.Dataset, text: str) -> npt.NDArray[np.bool_]:
    """Whether every arc of a fit stands for itself, per spectrum."""
    good = np.isfinite(fit["value"].to_numpy()).all(axis=1)
    lower, upper = fit["lower_95"].to_numpy(), fit["upper_95"].to_numpy()
    at_bound = fit["at_bound"].to_numpy().astype(bool)
    names = parse_circuit(text).names
    for arc in arcs_of(parse_circuit(text).tree):
        own = [arc.resistance, *(place for place in arc.others if not names[place].endswith("alpha"))]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            spans = upper[:, arc.resistance] / lower[:, arc.resistance]
        good &= ~at_bound[:, own].any(axis=1) & (np.nan_to_num(spans, nan=np.inf) < 100)
    return np.asarray(good)


def _effective(residual: Floats, masked: npt.NDArray[np.bool_]) -> Floats:
    """Independent numbers that the residuals of each spectrum are worth, at least 2; shape (spectrum,)."""
    result = np.full(masked.size, np.nan)
    for spectrum in np.flatnonzero(~masked):
        parts = [part[np.isfinite(part)] for part in residual[:, spectrum]]
        result[spectrum] = max(
            sum(part.size * (1 - r) / (1 + r) for part, r in ((p, autocorrelation(p)) for p in parts if p.size)), 2.0
        )
    return result


def _simplest(evidence: Floats, determined: npt.NDArray[np.bool_], margin: float) -> int:
    """Fewest arcs within the margin of the best; -1 where nothing is known.

    Where its arcs are not all determined, a simpler circuit whose arcs are takes its place if strong evidence does not
    forbid it. A richer circuit never does: an arc cut off by the window is no reason for more of them.
    """
    if not np.isfinite(evidence).all():
        return -1
    first = int(np.flatnonzero(evidence <= margin)[0])
    simpler = np.flatnonzero(determined[:first] & (evidence[:first] <= max(_STRONG, margin)))
    return (first if determined[first] or simpler.size == 0 else int(simpler[-1])) + 1
