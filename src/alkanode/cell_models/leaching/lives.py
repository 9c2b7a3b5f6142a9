"""Full cells of two loadings under one criterion at a time: what a ratio of lives says depends on what ends a life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.leaching.calibration import (
    CALIBRATED_ON,
    Calibrated,
    calibrate_once,
    calibrated_draws,
    path_of,
)
from alkanode.cell_models.leaching.constants import DRAWS, QUANTILES
from alkanode.cell_models.leaching.laws import LeachLaw, checked_law
from alkanode.cell_models.leaching.path import LeachPath
from alkanode.cell_models.leaching.resistance import CellResistance
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import source

Floats = npt.NDArray[np.float64]

CRITERIA = {
    "first solid": "the alloy begins to freeze: first solid sodium",
    "potassium 50 %": "half of the potassium has left",
    "potassium 90 %": "nine tenths of the potassium have left: hardly any liquid",
    "layer closed": "the layer of KClO4 covers the electrode",
    "salt 80 %": "four fifths of the salt are used up",
    "capacity 80 %": "polarisation has taken a fifth of the capacity",
    "no capacity": "polarisation has taken all of the capacity",
}
"""Criterion -> meaning. The first three are about the alloy, the others about the cell."""

OF_THE_ALLOY = ("first solid", "potassium 50 %", "potassium 90 %")
"""Criteria about the alloy."""

LOADINGS = (0.099, 0.27)
"""Loadings of the paper, kg m-2: 9.9 and 27 mg cm-2."""


def full_cell_protocol(values: Mapping[str, float]) -> tuple[float, float]:
    """Current density (A m-2) and duration of a cycle (s) of a full cell."""
    rate = values["C-rate"]
    return rate * values["Cathode areal capacity [C.m-2]"] / 3600, 2 * 3600 / rate


def amounts_at_end(
    path: LeachPath, values: Mapping[str, float], law: LeachLaw, current_density: float
) -> dict[str, float]:
    """Potassium that has left (mol m-2) when each criterion is met; infinite where it never is."""
    held = path.inventory
    cell = CellResistance.fresh(values, electrodes=1, layer=law != "salt")
    resistance = cell.at(path.leached, path.salt_left)
    taken = current_density * (resistance - resistance[0]) / values["Polarisation without capacity [V]"]
    first_solid = path.liquid_share < 1 - 1e-9
    return {
        "first solid": float(path.leached[first_solid][0]) if first_solid.any() else float("inf"),
        "potassium 50 %": 0.5 * held.potassium,
        "potassium 90 %": 0.9 * held.potassium,
        "layer closed": cell.closing,
        "salt 80 %": 0.8 * held.salt / held.electrodes,
        "capacity 80 %": _crossing(path.leached, taken, 0.2),
        "no capacity": _crossing(path.leached, taken, 1.0),
    }


def _crossing(leached: Floats, taken: Floats, share: float) -> float:
    above = np.flatnonzero(taken >= share)
    if not above.size:
        return float("inf")
    last = int(above[0])
    if last == 0:
        return 0.0
    part = (share - taken[last - 1]) / (taken[last] - taken[last - 1])
    return float(leached[last - 1] + part * (leached[last] - leached[last - 1]))


def _times(one: Calibrated, alloy: str, loadings: Sequence[float]) -> Floats:
    """Times (s) of every criterion (criterion, loading)."""
    current, _ = full_cell_protocol(one.values)
    columns = []
    for loading in loadings:
        path = path_of(alloy, one.values, one.law, electrodes=1, loading=loading, current_density=current)
        ends = amounts_at_end(path, one.values, one.law, current)
        columns.append([path.time_of(ends[name], one.constant) for name in CRITERIA])
    return np.array(columns).T


@source("Koh2024")
def compare_loadings(
    loadings: Sequence[float] = LOADINGS,
    *,
    alloy: str = CALIBRATED_ON,
    parameters: str | ParameterSet = "Koh2024",
    law: LeachLaw = "parabolic",
    draws: int = DRAWS,
    seed: int = 0,
) -> xr.Dataset:
    """Lives of full cells of two loadings, each under one criterion, with constants from the symmetric cell.

    Parameters
    ----------
    loadings
        Mass of alloy over area, kg m-2, two or more; the ratio is that of the last over the first.
    alloy
        Alloy of the anode.
    parameters
        Parameter set; the cathode's capacity, the volume of electrolyte and the polarisation that a cell stands are assumed.
    law
        Law of leaching.
    draws, seed
        As :func:`~alkanode.cell_models.leaching.rises.resistance_rises`.

    Returns
    -------
    Dataset
        Kind ``leaching_lives`` over (criterion, loading): ``life_time`` (s) and ``cycles``, medians over the draws with 95 %
        intervals (infinite: never), ``reached_probability``; over criterion: ``ratio`` of the lives of the last and the first
        loading in the draws where both end, with its interval (NaN: none), and the criterion's ``statement``.

    Notes
    -----
    The paper says "decayed rapidly after around the 150th" of one cell and "ceased after approximately the 1000th cycle" of the
    other. The ratio 6.7 mixes two criteria, so that no row here is "the" prediction of it. Under the parabolic law, a criterion
    of the *alloy* (a share of its potassium) gives a ratio near the square of the loadings, and one of the *layer* gives 1. The
    number of cycles rests on the law acting in time, not per cycle, and on a cycle of 2/C h.

    References
    ----------
    :cite:`Koh2024`

    Examples
    --------
    >>> found = compare_loadings(draws=50)
    >>> bool(7 < found.ratio_of_law.sel(criterion="potassium 90 %") < 8)
    True
    """
    given = load_parameters(parameters)
    chosen = checked_law(law)
    if len(loadings) < 2 or min(loadings) <= 0:
        raise PhysicsError("two loadings above 0 are needed", found=repr(list(loadings)))
    kept = calibrated_draws(given, chosen, draws=draws, seed=seed)
    if not kept:
        reason = calibrate_once(given.values(), chosen)
        raise PhysicsError(
            "draws that agree with the observations are needed", found=reason if isinstance(reason, str) else "no draw"
        )
    times = np.array([_times(one, alloy, loadings) for one in kept])
    _, period = full_cell_protocol(given.values())
    with np.errstate(invalid="ignore"):
        ratios = np.where(np.isfinite(times).all(axis=2), times[:, :, -1] / times[:, :, 0], np.nan)
    none = np.isnan(ratios).all(axis=0)
    safe = np.where(none, 0.0, ratios)
    ratio = np.where(none, np.nan, np.nanmedian(safe, axis=0))
    ends = np.where(none, np.nan, np.nanquantile(safe, QUANTILES, axis=0))
    median, low, high = (np.quantile(times, share, axis=0, method="nearest") for share in (0.5, *QUANTILES))
    interval = np.stack([low, high], axis=-1)
    alone = _law_alone(given.values(), chosen, alloy, loadings)
    over = ("criterion", "loading")
    record = xr.Dataset(
        {
            "life_time": (over, median),
            "life_time_interval": ((*over, "bound"), interval, {"units": "s"}),
            "cycles": (over, median / period),
            "cycles_interval": ((*over, "bound"), interval / period),
            "reached_probability": (over, np.isfinite(times).mean(axis=0)),
            "ratio": ("criterion", ratio),
            "ratio_interval": (("criterion", "bound"), ends.T),
            "ratio_of_law": ("criterion", alone),
            "statement": ("criterion", np.array(list(CRITERIA.values()), dtype=str)),
        },
        coords={
            "criterion": list(CRITERIA),
            "loading": ("loading", np.array(loadings, dtype=float), {"units": "kg m-2", "display_unit": "0.1 mg cm-2"}),
            "bound": ["lower", "upper"],
        },
        attrs={
            "parameter_set": given.name,
            "law": chosen,
            "alloy": alloy,
            "calibrated_on": CALIBRATED_ON,
            "cycle_duration": period,
            "draws": draws,
            "accepted": len(kept),
            "seed": seed,
            "loading_ratio": float(loadings[-1] / loadings[0]),
        },
    )
    return label(record, "leaching_lives")


def _law_alone(values: Mapping[str, float], law: LeachLaw, alloy: str, loadings: Sequence[float]) -> Floats:
    """Ratio of lives by criterion with plenty of salt, no closing layer and no current."""
    plenty = {**values, "Electrolyte volume [m3]": 1e3 * values["Electrolyte volume [m3]"]}
    found = {}
    for loading in loadings:
        path = path_of(alloy, plenty, law, electrodes=1, loading=loading, current_density=0.0)
        ends = amounts_at_end(path, plenty, law, 0.0)
        found[loading] = [path.time_of(ends[name], 1.0) if name in OF_THE_ALLOY else np.nan for name in CRITERIA]
    ratio: Floats = np.array(found[loadings[-1]]) / np.array(found[loadings[0]])
    return ratio
