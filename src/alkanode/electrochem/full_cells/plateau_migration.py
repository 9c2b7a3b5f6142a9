"""Migration of plateaus: how much of each cycle looks like the last cycles, and how much like the first.

In a cell with a Na-K anode and a Na cathode, potassium dissolves and enters the cathode: the profile of the first cycles (plateaus of
the Na compound) gives way to that of the K compound. Each cycle's dQ/dU is taken apart into the first and the last pattern with
weights that are not negative. A pattern that only moved along the voltage is polarisation, and a refusal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.ndimage import uniform_filter1d

from alkanode.data.schema import check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.numerics.nonnegative import solve_nonnegative
from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRule:
    """When two patterns are different, and how the interval is found.

    Attributes
    ----------
    reference_cycles
        Comparable cycles whose mean is a pattern, at each end; 1, since a change may be over after a few cycles.
    overlap
        Two patterns that share more than this of their charge are the same, 0.8: unchanged compounds of two measured cells share
        91 and 98 % between their first and last cycles.
    least_charge
        Least charge of the last pattern over that of the first, 0.1: a cell that is nearly dead shows no plateaus.
    resolution
        V; all is compared and fitted as seen with this width, 0.05 (twice RT/F): sharper features may drift or round off while the
        plateaus stay, and noise in a pattern makes the share of the other one too small.
    shift
        V; the farthest one is moved to see whether it is the other one moved, 0.3.
    block
        V; the bootstrap draws pieces of the voltage this wide, 0.1 (at least three windows of the filter): within one, what the
        patterns leave over is correlated.
    draws
        Number of draws of the bootstrap, 300.
    seed
        Of the draws, 0: the same record gives the same interval.
    """

    reference_cycles: int = 1
    overlap: float = 0.8
    least_charge: float = 0.1
    resolution: float = 0.05
    shift: float = 0.3
    block: float = 0.1
    draws: int = 300
    seed: int = 0


def plateau_migration(
    differential: xr.Dataset,
    *,
    branch: Literal["charge", "discharge"] = "discharge",
    patterns: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    rule: MigrationRule | None = None,
) -> xr.Dataset:
    """Weight of the last pattern in every cycle.

    Parameters
    ----------
    differential
        Result of :func:`differential_capacity`.
    branch
        Half cycle to take; the discharge, which the reference of retention is too.
    patterns
        First and last pattern on its grid of voltages, for example of a Na and of a K cell (any scale; NaN counts as 0). Default:
        the first and the last comparable cycles of the record itself; the index is then 0 and 1 there by definition.
    rule
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``plateau_migration`` over the comparable cycles (at equal currents): ``migration`` (0 to 1), its 95 % ``migration_interval``,
        ``residual`` (root mean square of what the patterns leave over, over that of the cycle); ``pattern`` (``side`` first,
        last; ``voltage``) in V-1 with unit area. ``attrs``: ``overlap``, ``shifted_overlap``, ``best_shift`` (V),
        ``patterns_from``.

    Raises
    ------
    SchemaError
        When there are fewer than three comparable cycles (one with given patterns), a pattern is empty, or the two patterns are the
        same, or the same but moved along the voltage.

    Notes
    -----
    dQ/dU = a p_first + b p_last with a, b >= 0 and patterns of unit charge; migration = b/(a + b), the share of the charge. The
    interval is a bootstrap over pieces of the voltage, so it holds what the two patterns cannot describe, and the charge of half a
    sample, since where in a sample it passed is not known. It does not hold a change of polarisation, which moves plateaus too:
    look at the residual.
    """
    differential, rule = check(differential, "differential_capacity"), rule or MigrationRule()
    whole = differential["comparable"].to_numpy().astype(bool)
    chosen = differential["differential_capacity"].sel(branch=branch).to_numpy()
    usable = whole & np.isfinite(chosen).any(axis=1)
    values = np.nan_to_num(chosen[usable], nan=0.0)
    sight = max(round(rule.resolution / float(differential.attrs["step"])), 1)
    values = _seen(values, sight)
    numbers = differential["cycle"].to_numpy()[usable]
    voltage = differential["voltage"].to_numpy()
    step = float(voltage[1] - voltage[0])
    least = 1 if patterns is not None else 2 * rule.reference_cycles + 1
    if numbers.size < least:
        raise SchemaError(f"migration needs {least} cycles at equal currents", found=str(numbers.size))
    pair = _patterns(values, patterns, voltage.size, step, rule, sight)
    overlap, moved, best = _overlaps(pair, step, rule)
    if overlap > rule.overlap or moved > rule.overlap:
        how = (
            f"they share {100 * overlap:.3g} % of their charge"
            if overlap > rule.overlap
            else f"moved by {1e3 * best:.3g} mV they share {100 * moved:.3g} %: a change of polarisation"
        )
        raise SchemaError("migration needs a first and a last pattern that differ in shape", found=how)
    weights = _weights(pair, values, None)
    drawn = _bootstrap(pair, values, max(rule.block, 3 * float(differential.attrs["width"])), step, rule)
    reach = np.hypot(drawn, 0.5 / float(differential.attrs["samples"]))
    left = values - weights.T @ pair
    index = weights[1] / np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
    size = np.sqrt(np.mean(values**2, axis=1))
    result = xr.Dataset(
        {
            "migration": (("cycle",), index),
            "migration_interval": (
                ("cycle", "bound"),
                np.clip(np.column_stack([index - reach, index + reach]), 0.0, 1.0),
            ),
            "residual": (("cycle",), np.sqrt(np.mean(left**2, axis=1)) / np.where(size > 0, size, np.nan)),
            "pattern": (("side", "voltage"), pair, {"units": "V-1"}),
        },
        coords={"cycle": numbers, "voltage": voltage, "side": ["first", "last"]},
        attrs={
            "branch": branch,
            "overlap": overlap,
            "shifted_overlap": moved,
            "best_shift": best,
            "patterns_from": "given"
            if patterns is not None
            else f"the first and the last {rule.reference_cycles} comparable cycles of this record",
            "rule": str(asdict(rule)),
        },
    )
    return label(result, "plateau_migration")


def _seen(values: Floats, sight: int) -> Floats:
    """Curves (last axis voltage) as seen with a width, in points of the grid."""
    return np.asarray(np.maximum(uniform_filter1d(values, sight, axis=-1, mode="constant"), 0.0))


def _patterns(
    values: Floats,
    given: tuple[npt.ArrayLike, npt.ArrayLike] | None,
    points: int,
    step: float,
    rule: MigrationRule,
    sight: int,
) -> Floats:
    """(2, voltage) first and last pattern of unit area."""
    if given is None:
        count = rule.reference_cycles
        pair = np.array([values[:count].mean(axis=0), values[-count:].mean(axis=0)])
        if pair[1].sum() < rule.least_charge * pair[0].sum():
            share = 100 * pair[1].sum() / max(pair[0].sum(), np.finfo(float).tiny)
            raise SchemaError("migration needs a last pattern with charge", found=f"{share:.2g} % of the first")
    else:
        pair = np.array([np.nan_to_num(np.asarray(one, dtype=float), nan=0.0) for one in given])
        if pair.shape != (2, points):
            raise SchemaError(
                "patterns lie on the grid of the voltages", found=f"shape {pair.shape} for {points} voltages"
            )
        if (pair < 0).any():
            raise SchemaError("a pattern is nowhere negative", found=f"{pair.min():.3g}")
        pair = _seen(pair, sight)
    area = pair.sum(axis=1) * step
    if not (area > 0).all():
        raise SchemaError("a pattern holds charge", found=f"areas {area[0]:.3g} and {area[1]:.3g}")
    return np.asarray(pair / area[:, None])


def _overlaps(pair: Floats, step: float, rule: MigrationRule) -> tuple[float, float, float]:
    """Charge that the two patterns share as they are, at the best shift of the first, and that shift (V)."""
    reach = min(round(rule.shift / step), pair.shape[1] - 1)
    padded = np.pad(pair[0], reach)
    shared = np.array(
        [np.minimum(padded[place : place + pair.shape[1]], pair[1]).sum() * step for place in range(2 * reach + 1)]
    )
    best = int(np.argmax(shared))
    return float(shared[reach]), float(shared[best]), float((reach - best) * step)


def _weights(pair: Floats, values: Floats, counts: Floats | None) -> Floats:
    """(2, cycle) weights that are not negative; ``counts`` (voltage,) weighs the voltages."""
    heavy = pair if counts is None else pair * counts
    return solve_nonnegative(heavy @ pair.T, heavy @ values.T)


def _bootstrap(pair: Floats, values: Floats, block: float, step: float, rule: MigrationRule) -> Floats:
    """(cycle,) half width of the 95 % interval: pieces of the voltage drawn with replacement, Student's factor for their number."""
    seen = np.flatnonzero((pair > 0).any(axis=0) | (values > 0).any(axis=0))
    owner = np.arange(seen.size) // max(round(block / step), 1)
    count = int(owner[-1]) + 1
    random = np.random.default_rng(rule.seed)
    draws = random.multinomial(count, np.full(count, 1 / count), size=rule.draws).astype(float)
    # every piece keeps a trace, so that no draw leaves a pattern without any voltage
    ends = []
    for drawn in draws + 1e-6:
        one = _weights(pair[:, seen], values[:, seen], drawn[owner])
        ends.append(one[1] / np.maximum(one.sum(axis=0), np.finfo(float).tiny))
    return np.asarray(student(max(count - 1, 1)) * np.std(np.array(ends), axis=0))


def migration_estimates(migration: xr.Dataset) -> dict[str, Estimate]:
    """Headline number of :func:`plateau_migration`: ``migration_half_way``, the cycle at which half of the change is done.

    Parameters
    ----------
    migration
        Its result.

    Returns
    -------
    dict
        Empty where the index never passes one half for good.
    """
    migration = check(migration, "plateau_migration")
    number = migration["cycle"].to_numpy().astype(float)
    low, high = migration["migration_interval"].to_numpy().T
    place = _passes(number, migration["migration"].to_numpy())
    if np.isnan(place):
        return {}
    early, late = _passes(number, high), _passes(number, low)
    return {
        "migration_half_way": Estimate(
            value=place,
            unit="1",
            quantity="cycle_number",
            interval=(place if np.isnan(early) else min(early, place), np.inf if np.isnan(late) else max(late, place)),
            label=f"fitted, patterns: {migration.attrs['patterns_from']}; interval: 95 %, bootstrap over the voltage",
        )
    }


def _passes(number: Floats, index: Floats) -> float:
    """Cycle at which the index passes one half and stays above; NaN if never."""
    under = np.flatnonzero(index < 0.5)
    place = int(under[-1]) + 1 if under.size else 0
    if place >= index.size:
        return np.nan
    if place == 0:
        return float(number[0])
    below, above = index[place - 1], index[place]
    return float(number[place - 1] + (number[place] - number[place - 1]) * (0.5 - below) / (above - below))
