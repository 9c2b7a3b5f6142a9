"""Growth of an interphase at rest: which law the resistance follows, and when it has come to rest.

Reaction layers grow as long as what they are made of gets through them. A constant resistance, one that rises with time,
its square root or its logarithm, and one that saturates are compared by evidence; where the data do not decide, no law is
named. A resistance that still rises has no time of stabilisation, only a bound.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.impedance.circuits.growth_laws import SHAPES, Law, LawFit, fit_law, straight, time_constants
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.numerics.model_choice import autocorrelation, effective_samples, information, simplest

Floats = npt.NDArray[np.float64]

LAWS: tuple[Law, ...] = ("constant", "linear", "parabolic", "logarithmic", "saturation")

_FEWEST = 5
_DRAWS = 20000
_UNLIKELY = 15.0
"""Drop of the log likelihood beyond which a time constant is not drawn."""


def interphase_growth(
    resistances: RecordLike,
    *,
    began: QuantityLike | None = None,
    elapsed: npt.ArrayLike | None = None,
    tolerance: float = 0.05,
    margin: float = 2.0,
    largest_misfit: float = 5.0,
    laws: Sequence[Law] = LAWS,
    seed: int = 1,
) -> xr.Dataset:
    """Law of growth of a resistance at rest, chosen by evidence, and the time at which it has stabilised.

    Parameters
    ----------
    resistances
        Record of kind ``process_resistance`` (ohm over spectrum, with ``time`` in s), for example the interface of a cell
        that rests after assembly. Spectra taken under current do not belong in it.
    began
        Time on the clock of the record (s, or text such as ``"2 min"``) at which growth began. Default: the first
        spectrum, which is too late by the time since assembly; laws in sqrt(t) feel that most.
    elapsed
        Time since growth began per spectrum (s), shape (spectrum,), instead of ``began``; for example
        ``time_since_current``.
    tolerance
        The resistance has stabilised once it stays within this share of its final value. Default 0.05, what a plot lets
        the eye see.
    margin
        A law with more numbers must beat a simpler one by this much of the information criterion. Default 2: less is
        "not worth more than a bare mention" in the usual reading.
    largest_misfit
        Rms misfit in standard deviations above which even the best law is refused. Default 5: fits of one cell scatter by
        more than their errors, but not by that much.
    laws
        Laws to compare.
    seed
        Of the random numbers behind the interval of the stabilisation time.

    Returns
    -------
    Dataset
        Kind ``interphase_growth``. Over law: ``initial_resistance`` (ohm), ``rise`` (ohm, or ohm s-1, ohm s-1/2),
        ``time_constant`` (s), ``criterion`` (information criterion minus that of the best), ``rms_misfit`` (in standard
        deviations), ``chosen``. Over (law, spectrum) ``law_resistance`` (ohm). Over spectrum ``elapsed`` (s),
        ``resistance``, ``standard_deviation`` (ohm). Without dimension ``stabilisation_time``, ``stabilisation_low``,
        ``stabilisation_high`` (s) and ``final_resistance`` (ohm). ``attrs``: ``law`` (chosen, "undecided: ...", or "none"),
        ``stabilisation``, which says in words what is known.

    Raises
    ------
    SchemaError
        For a record of another kind, fewer than 5 spectra with a resistance, no times, or an option out of range.

    Warns
    -----
    DataQualityWarning
        When several laws fit equally well, or none fits.

    Notes
    -----
    ``R = a``, ``a + b t``, ``a + b sqrt(t)``, ``a + b ln(1 + t/t0)`` and ``a + b (1 - exp(-t/t0))``, weighted by the
    standard deviations of the fits. Misfits below one standard deviation are not told apart. The information criterion
    counts n (1 - r)/(1 + r) samples, where r is the correlation of neighbouring residuals of the best law. The interval
    of the stabilisation time is taken from draws of (a, b, t0), t0 weighted by its profile likelihood with a scatter not
    below the standard deviations.
    """
    record = check(resistances, "process_resistance")
    unknown = [law for law in laws if law not in LAWS]
    if unknown or not laws:
        raise SchemaError("known laws are needed", found=repr(unknown or "none"), todo=f"Known: {', '.join(LAWS)}")
    if not 0 < tolerance < 1 or not margin >= 0 or not largest_misfit > 0:
        raise SchemaError(
            "tolerance must lie in (0, 1), margin not below 0, largest_misfit above 0",
            found=f"{tolerance:g}, {margin:g} and {largest_misfit:g}",
        )
    since, origin = _elapsed(record, began, elapsed)
    value, spread = (record[name].to_numpy() for name in ("resistance", "standard_deviation"))
    kept = np.flatnonzero(np.isfinite(value) & np.isfinite(since) & (since >= 0))
    if kept.size < _FEWEST or np.unique(since[kept]).size < _FEWEST:
        raise SchemaError(
            f"a law of growth needs {_FEWEST} spectra with a resistance at different times", found=str(kept.size)
        )
    kept = kept[np.argsort(since[kept], kind="stable")]
    time, resistance = since[kept], value[kept]
    known = np.isfinite(spread[kept]) & (spread[kept] > 0)
    floor = 1.0 if known.all() else 0.0
    weight = 1 / spread[kept] if known.all() else np.ones(kept.size) / max(float(np.abs(resistance).mean()), 1e-300)
    fits = [fit_law(law, time, resistance, weight) for law in laws]
    squares = np.array([fit.square_sum for fit in fits])
    numbers = np.array([fit.parameters for fit in fits])
    best = fits[int(np.argmin(squares))]
    effective = effective_samples(weight * (resistance - best.curve))
    criterion = information(squares, numbers, effective, floor or 1e-9)
    chosen = simplest(criterion, numbers, margin)
    fails = bool(known.all()) and float(np.sqrt(squares.min())) > largest_misfit
    if fails:
        chosen = []
    told = (
        "none" if fails else laws[chosen[0]] if len(chosen) == 1 else "undecided: " + ", ".join(laws[i] for i in chosen)
    )
    if fails:
        message = f"no law of growth describes the resistance: the best misses by {np.sqrt(squares.min()):.0f} standard deviations"
        warnings.warn(message, DataQualityWarning, stacklevel=2)
    elif len(chosen) > 1:
        message = f"the law of growth is undecided: {', '.join(laws[i] for i in chosen)} fit equally well"
        warnings.warn(message, DataQualityWarning, stacklevel=2)
    at, low, high, final, words = _stabilisation(
        [fits[i] for i in chosen], time, resistance, weight, tolerance, floor, seed
    )
    curves = np.full((len(fits), value.size), np.nan)
    curves[:, kept] = [fit.curve for fit in fits]
    result = xr.Dataset(
        {
            "initial_resistance": ("law", [fit.start for fit in fits], {"units": "ohm"}),
            "rise": ("law", [fit.rise for fit in fits]),
            "time_constant": ("law", [fit.time_constant for fit in fits], {"units": "s"}),
            "criterion": ("law", criterion - criterion.min()),
            "rms_misfit": ("law", np.sqrt(squares)),
            "chosen": ("law", np.isin(np.arange(len(fits)), chosen)),
            "law_resistance": (("law", "spectrum"), curves, {"units": "ohm"}),
            "elapsed": ("spectrum", since, {"units": "s"}),
            "resistance": ("spectrum", value),
            "standard_deviation": ("spectrum", spread, {"units": "ohm"}),
            "stabilisation_time": ((), at, {"units": "s"}),
            "stabilisation_low": ((), low, {"units": "s"}),
            "stabilisation_high": ((), high, {"units": "s"}),
            "final_resistance": ((), final, {"units": "ohm"}),
        },
        coords={"law": np.array(laws, dtype=str), **spectrum_coordinates(record)},
        attrs={
            "law": told,
            "stabilisation": words,
            "tolerance": tolerance,
            "margin": margin,
            "largest_misfit": largest_misfit,
            "effective_samples": effective,
            "growth_began": origin,
            "process": str(record.attrs.get("process", "")),
        },
    )
    if "sources" in record.attrs:
        result.attrs["sources"] = record.attrs["sources"]
    return label(result, "interphase_growth")


def _elapsed(record: xr.Dataset, began: QuantityLike | None, elapsed: npt.ArrayLike | None) -> tuple[Floats, str]:
    """Time since growth began per spectrum, and where it is counted from."""
    if elapsed is not None:
        since = np.asarray(elapsed, dtype=np.float64)
        if since.shape != (record.sizes["spectrum"],) or began is not None:
            raise SchemaError(
                "elapsed holds one time per spectrum and stands without began",
                found=f"shape {since.shape} for {record.sizes['spectrum']} spectra",
            )
        return since, "as given per spectrum"
    if "time" not in record.variables or not np.isfinite(record["time"].to_numpy()).any():
        raise SchemaError("a law of growth needs the time of every spectrum", found="none", todo="Give elapsed")
    time = record["time"].to_numpy().astype(np.float64)
    if began is None:
        known = np.isfinite(record["resistance"].to_numpy()) & np.isfinite(time)
        return time - (time[known].min() if known.any() else 0.0), "the first spectrum (assumed)"
    return time - to_si(began, "time"), f"{to_si(began, 'time'):g} s on the clock of the record (given)"


def _stabilisation(
    fits: list[LawFit], time: Floats, resistance: Floats, weight: Floats, tolerance: float, floor: float, seed: int
) -> tuple[float, float, float, float, str]:
    """Time, lower and upper end, final resistance, and a sentence."""
    last = float(time[-1])
    laws = {fit.law for fit in fits}
    nan, inf = float("nan"), float("inf")
    if not fits:
        return nan, nan, nan, nan, "not known, since no law describes the resistance"
    if laws == {"constant"}:
        return 0.0, 0.0, 0.0, fits[0].start, "no growth was found: stable from the first spectrum"
    if "saturation" not in laws:
        return nan, last, inf, nan, f"still growing at the last spectrum ({last:g} s): stabilises later, if ever"
    fit = next(one for one in fits if one.law == "saturation")
    at = float(_settled(np.array(fit.start), np.array(fit.rise), np.array(fit.time_constant), tolerance))
    low, high = _settled_interval(time, resistance, weight, fit, tolerance, floor, seed)
    final = fit.start + fit.rise
    if len(fits) > 1:
        return at, low, inf, final, "laws that stabilise and laws that never do fit equally well"
    if at > last:
        return at, low, high, final, f"extrapolated: later than the last spectrum ({last:g} s)"
    return at, low, high, final, f"within {tolerance:.0%} of the final value from there on"


def _settled(start: Floats, rise: Floats, constant: Floats, tolerance: float) -> Floats:
    """Time from which ``|R - R_final| <= tolerance |R_final|``; 0 where that holds from the beginning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.abs(rise) / (tolerance * np.abs(start + rise))
        return np.asarray(np.where(excess > 1, constant * np.log(excess), 0.0))


def _settled_interval(
    time: Floats, resistance: Floats, weight: Floats, fit: LawFit, tolerance: float, floor: float, seed: int
) -> tuple[float, float]:
    """95 % interval of the stabilisation time from draws of (a, b, t0)."""
    n = time.size
    variance = max(floor, fit.square_sum * n / max(n - 3, 1))
    r = autocorrelation(weight * (resistance - fit.curve))
    variance = max(variance * (1 + r) / (1 - r), 1e-300)
    shape = SHAPES["saturation"]
    nodes = time_constants(time)
    drop = -0.5 * straight(shape(time, nodes[:, None]), resistance, weight)[2] / variance
    likely = np.flatnonzero(drop > drop.max() - _UNLIKELY)
    ends = nodes[max(likely[0] - 1, 0)], nodes[min(likely[-1] + 1, nodes.size - 1)]
    nodes = np.geomspace(float(ends[0]), float(ends[1]), nodes.size)  # a second grid over what is likely
    start, rise, squares, covariance = straight(shape(time, nodes[:, None]), resistance, weight)
    probability = np.exp(-0.5 * (squares - squares.min()) / variance)
    random = np.random.default_rng(seed)
    drawn = random.choice(nodes.size, size=_DRAWS, p=probability / probability.sum())
    normal = random.normal(size=(2, _DRAWS)) * np.sqrt(variance)
    c00, c01, c11 = covariance[drawn, 0, 0], covariance[drawn, 0, 1], covariance[drawn, 1, 1]
    shift = np.sqrt(c00) * normal[0]
    turn = c01 / np.sqrt(c00) * normal[0] + np.sqrt(np.maximum(c11 - c01**2 / c00, 0.0)) * normal[1]
    half = 0.5 * np.log(nodes[1] / nodes[0])
    constants = nodes[drawn] * np.exp(random.uniform(-half, half, _DRAWS))
    settled = _settled(start[drawn] + shift, rise[drawn] + turn, constants, tolerance)
    low, high = np.nanquantile(settled, [0.025, 0.975])
    return float(low), float(high)
