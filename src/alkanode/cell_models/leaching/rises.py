"""When the resistance of symmetric cells rises: constants set on one alloy, the others predicted; evidence between laws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.leaching.alloy_table import alloy_table
from alkanode.cell_models.leaching.calibration import (
    CALIBRATED_ON,
    Calibrated,
    calibrate_once,
    calibrated_draws,
    cycle_duration,
    path_of,
    rise_amount,
)
from alkanode.cell_models.leaching.constants import DRAWS, QUANTILES
from alkanode.cell_models.leaching.laws import LEACH_LAWS, LeachLaw, checked_law
from alkanode.cell_models.leaching.resistance import CellResistance
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.foundation.sources import Estimate, add_sources, source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

ALLOYS = ("Na50K50", "Na60K40", "Na80K20")
"""The alloys of the paper."""

LONGEST = "2000 h"
"""A rise later than this counts as none: more than twice the longest test of the paper."""

EDS_ERROR = 0.07
"""Standard deviation of a mapped mole fraction: the paper's map of a fresh electrode is off by 7 at%."""


def rise_time(one: Calibrated, alloy: str) -> float:
    """Time (s) at which the resistance of a symmetric cell of an alloy has risen; infinite where it never does."""
    path = path_of(alloy, one.values, one.law)
    cell = CellResistance.fresh(one.values, electrodes=2, layer=one.law != "salt")
    return path.time_of(rise_amount(path, cell, one.values["Factor of a resistance rise"]), one.constant)


@source("Koh2024")
def resistance_rises(
    alloys: Sequence[str] = ALLOYS,
    *,
    parameters: str | ParameterSet = "Koh2024",
    laws: Sequence[LeachLaw] = LEACH_LAWS,
    longest: QuantityLike = LONGEST,
    draws: int = DRAWS,
    seed: int = 0,
) -> xr.Dataset:
    """Predict when the resistance of symmetric cells rises, from constants set on Na50K50 alone.

    Parameters
    ----------
    alloys
        Alloys by name, each at the mass of the parameter set.
    parameters
        Parameter set.
    laws
        Laws of leaching.
    longest
        A rise later than this counts as none.
    draws, seed
        Draws behind the intervals, and their seed.

    Returns
    -------
    Dataset
        Kind ``leaching_rises`` over (law, alloy): ``rise_probability``, the share of the accepted draws in which the resistance
        rises at all; ``rise_time`` (s), their median with a cell that never rises counted as infinite, and its 95 % interval;
        ``calibrated``, true for the alloy that set the constants. ``nominal_rise_time`` is that of the stated values, NaN where
        these contradict the observations under a law.

    Notes
    -----
    A cell rises when the layer of KClO4 covers it, or when its salt runs out. A cell whose alloy holds less potassium than closes
    the layer never rises: whether Na60K40 does is decided by how much potassium Na50K50 had lost at its rise, which the paper
    bounds only from one side.

    References
    ----------
    :cite:`Koh2024`

    Examples
    --------
    >>> found = resistance_rises(laws=["parabolic"], draws=100)
    >>> bool(found.rise_probability.sel(law="parabolic", alloy="Na80K20") == 0)
    True
    """
    given = load_parameters(parameters)
    limit = to_si(longest, "duration")
    chosen = [checked_law(law) for law in laws]
    shape = (len(chosen), len(alloys))
    median, chance, nominal = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    ends = np.full((*shape, 2), np.nan)
    for row, law in enumerate(chosen):
        kept = calibrated_draws(given, law, draws=draws, seed=seed)
        one = calibrate_once(given.values(), law)
        for column, alloy in enumerate(alloys):
            times = np.array([rise_time(each, alloy) for each in kept])
            times = np.where(times > limit, np.inf, times)
            if isinstance(one, Calibrated):
                nominal[row, column] = rise_time(one, alloy)
            if times.size:
                chance[row, column] = np.isfinite(times).mean()
                median[row, column] = _quantile(times, 0.5)
                ends[row, column] = [_quantile(times, share) for share in QUANTILES]
    record = xr.Dataset(
        {
            "rise_time": (("law", "alloy"), median),
            "rise_time_interval": (("law", "alloy", "bound"), ends, {"units": "s"}),
            "rise_probability": (("law", "alloy"), chance),
            "nominal_rise_time": (("law", "alloy"), nominal, {"units": "s"}),
            "calibrated": ("alloy", np.array([alloy == CALIBRATED_ON for alloy in alloys])),
        },
        coords={"law": np.array(chosen, dtype=str), "alloy": list(alloys), "bound": ["lower", "upper"]},
        attrs={
            "parameter_set": given.name,
            "calibrated_on": CALIBRATED_ON,
            "cycle_duration": cycle_duration(given.values()),
            "longest": limit,
            "draws": draws,
            "seed": seed,
            "assessment": alloy_table(given.values()["Temperature [K]"]).label,
        },
    )
    add_sources(record, alloy_table(given.values()["Temperature [K]"]).sources)
    return label(record, "leaching_rises")


def rise_estimates(rises: xr.Dataset, law: LeachLaw = "parabolic") -> dict[str, Estimate]:
    """Headline numbers of predicted rises.

    Parameters
    ----------
    rises
        Result of :func:`resistance_rises`.
    law
        Which law.

    Returns
    -------
    dict
        Alloy -> time of the rise; ``None`` where the resistance rises in fewer than half of the draws, with the interval all
        the same (its upper end is then infinite).
    """
    at = rises.sel(law=law)
    found = {}
    for alloy in map(str, at["alloy"].to_numpy()):
        one = at.sel(alloy=alloy)
        role = (
            "fitted: sets the constants"
            if bool(one["calibrated"])
            else f"predicted from {rises.attrs['calibrated_on']}"
        )
        low, high = (float(end) for end in one["rise_time_interval"])
        value = float(one["rise_time"])
        found[alloy] = Estimate(
            value=value if np.isfinite(value) else None,
            unit="s",
            quantity="rise_time",
            interval=(low, high),
            label=f"{role}, {law} law, rises in {100 * float(one['rise_probability']):.0f} % of draws; interval covers what the "
            "observations and assumed numbers leave open, 95 %",
        )
    return found


def _hours(kept: list[Calibrated], alloy: str) -> Floats:
    """Times of the rise (h) in all draws; infinite beyond the longest test."""
    hours = np.array([rise_time(one, alloy) for one in kept]) / 3600
    return np.where(hours > to_si(LONGEST, "duration") / 3600, np.inf, hours)


def _quantile(times: Floats, share: float) -> float:
    """Quantile of times of which some are infinite."""
    ordered = np.sort(times)
    return float(ordered[min(int(share * ordered.size), ordered.size - 1)])


@source("Koh2024")
def leaching_evidence(
    *,
    parameters: str | ParameterSet = "Koh2024",
    laws: Sequence[LeachLaw] = LEACH_LAWS,
    draws: int = DRAWS,
    seed: int = 0,
) -> xr.Dataset:
    """Hold the laws of leaching against facts that set none of their constants.

    Parameters
    ----------
    parameters, laws, draws, seed
        As :func:`resistance_rises`.

    Returns
    -------
    Dataset
        Kind ``leaching_evidence`` over (law, fact): ``probability`` of the fact under a law, averaged over its accepted draws, and
        ``expected``, what the law gives (median). Over law: ``accepted_share``, the chance that the law agrees with the
        observations on Na50K50 at all, and ``log_evidence``, the natural logarithm of the chance of everything together.

    Notes
    -----
    Facts: Na60K40 rises "after several hundreds of hours" (200 to 750 h); Na80K20 does not rise within 750 h; a map after the
    first cycle shows Na:K of 48:52 (the error of such maps, 7 at%, is that of the fresh electrode); at the 40th cycle three
    quarters of the potassium of Na50K50 or more have left, which only the salt law does not use. The evidence of a law is the mean
    over all draws of the product of these chances, rejected draws counting zero; differences below 1 decide nothing. The lives of
    the full cells are not among the facts, since their criteria differ.

    References
    ----------
    :cite:`Koh2024`
    """
    given = load_parameters(parameters)
    chosen = [checked_law(law) for law in laws]
    statements = {
        "Na60K40 rise": "Na60K40 rises between 200 and 750 h",
        "Na80K20 no rise": "Na80K20 does not rise within 750 h",
        "first cycle": "48 at% Na after the first cycle",
        "potassium lost": "three quarters of the potassium or more have left at the 40th cycle",
    }
    probability, expected = np.full((2, len(chosen), len(statements)), np.nan)
    accepted, evidence = np.zeros(len(chosen)), np.full(len(chosen), -np.inf)
    period = cycle_duration(given.values())
    least = (given["Observed potassium loss"].bounds() or (0.75, 1.0))[0]
    for row, law in enumerate(chosen):
        kept = calibrated_draws(given, law, draws=draws, seed=seed)
        accepted[row] = len(kept) / draws
        if not kept:
            continue
        second = _hours(kept, "Na60K40")
        third = _hours(kept, "Na80K20")
        held = kept[0].path.inventory
        left = np.array(
            [float(one.path.leached_at(period, one.constant)) / one.path.inventory.potassium for one in kept]
        )
        lost = np.array(
            [float(one.path.leached_at(40 * period, one.constant)) / one.path.inventory.potassium for one in kept]
        )
        sodium = (held.sodium + left * held.potassium) / (held.sodium + held.potassium)
        chances = np.stack(
            [
                ((second >= 200) & (second <= 750)).astype(float),
                (third > 750).astype(float),
                np.exp(-0.5 * ((sodium - 0.48) / EDS_ERROR) ** 2),
                (lost >= least * (1 - 1e-3)).astype(float),
            ],
            axis=1,
        )
        probability[row] = chances.mean(axis=0)
        expected[row] = [
            3600 * _quantile(second, 0.5),
            3600 * _quantile(third, 0.5),
            np.median(sodium),
            np.median(lost),
        ]
        together = chances.prod(axis=1).sum() / draws
        evidence[row] = np.log(together) if together > 0 else -np.inf
    record = xr.Dataset(
        {
            "probability": (("law", "fact"), probability),
            "expected": (("law", "fact"), expected),
            "accepted_share": ("law", accepted),
            "log_evidence": ("law", evidence),
            "statement": ("fact", np.array(list(statements.values()), dtype=str)),
        },
        coords={"law": np.array(chosen, dtype=str), "fact": list(statements)},
        attrs={"parameter_set": given.name, "calibrated_on": CALIBRATED_ON, "draws": draws, "seed": seed},
    )
    return label(record, "leaching_evidence")
