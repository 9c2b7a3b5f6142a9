"""The constants of the laws as a record, and as a parameter set that a model can use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.cell_models.leaching.calibration import (
    CALIBRATED_ON,
    Calibrated,
    calibrate_once,
    calibrated,
    calibrated_draws,
)
from alkanode.cell_models.leaching.laws import CONSTANTS, LEACH_LAWS, LeachLaw, checked_law
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.foundation.sources import source

SET_ON = {
    "Layer share": "thickness of the layer on Na50K50",
    "Closing amount [mol.m-2]": "resistance of the Na50K50 cell on its 50th cycle",
    "Factor of a resistance rise": "cycle of the rise of Na50K50",
}
"""Fitted numbers that all laws share, and what sets them."""

DRAWS = 400
"""Draws behind an interval, of which about half are accepted: its ends then scatter by a sixth of its half width."""

QUANTILES = (0.025, 0.975)
"""Ends of a 95 % interval."""


@source("Koh2024")
def leaching_constants(
    parameters: str | ParameterSet = "Koh2024",
    *,
    laws: Sequence[LeachLaw] = LEACH_LAWS,
    draws: int = DRAWS,
    seed: int = 0,
) -> xr.Dataset:
    """Set the constants of leaching on the Na50K50 cell alone.

    Parameters
    ----------
    parameters
        Parameter set, with the observations on that cell and intervals for what is not known.
    laws
        Laws to set.
    draws, seed
        Draws within the intervals, and the seed of their random numbers.

    Returns
    -------
    Dataset
        Kind ``leaching_constants``: ``constant`` (law, parameter), SI as the parameter's name says, with the 95 % range of the
        accepted draws; ``accepted_share`` of the draws, those that do not contradict the observations; ``reason`` why the
        stated values themselves contradict them (then the constants are medians of the draws; empty: they do not).

    Notes
    -----
    Four observations fix four numbers in closed form, see :mod:`alkanode.cell_models.leaching.calibration`: the numbers are
    fitted, and none of these observations is a prediction afterwards. Na60K40, Na80K20 and the full cells are not looked at.

    References
    ----------
    :cite:`Koh2024`
    """
    given = load_parameters(parameters)
    chosen = [checked_law(law) for law in laws]
    names = [*SET_ON, "constant of the law"]
    value, ends, accepted, reasons = [], [], [], []
    for law in chosen:
        kept = calibrated_draws(given, law, draws=draws, seed=seed)
        every = np.array([_numbers(one) for one in kept]).reshape(-1, len(names))
        one = calibrate_once(given.values(), law)
        value.append(_numbers(one) if isinstance(one, Calibrated) else _median(every))
        ends.append(np.quantile(every, QUANTILES, axis=0).T if len(every) else np.full((len(names), 2), np.nan))
        accepted.append(len(kept) / draws if draws else np.nan)
        reasons.append("" if isinstance(one, Calibrated) else one)
    record = xr.Dataset(
        {
            "constant": (("law", "parameter"), np.array(value)),
            "constant_interval": (("law", "parameter", "bound"), np.array(ends)),
            "accepted_share": ("law", np.array(accepted)),
            "reason": ("law", np.array(reasons, dtype=str)),
        },
        coords={
            "law": np.array(chosen, dtype=str),
            "parameter": names,
            "constant_of_law": ("law", [CONSTANTS[law] for law in chosen]),
            "bound": ["lower", "upper"],
        },
        attrs={
            "parameter_set": given.name,
            "calibrated_on": CALIBRATED_ON,
            "draws": draws,
            "seed": seed,
            "label": f"fitted to observations on {CALIBRATED_ON}; interval covers assumed and observed numbers",
        },
    )
    return label(record, "leaching_constants")


def fitted_parameters(parameters: str | ParameterSet = "Koh2024", *, law: LeachLaw = "parabolic") -> ParameterSet:
    """A parameter set with the constants of a law set anew on its own observations.

    Parameters
    ----------
    parameters
        Parameter set; change what was observed or assumed with :meth:`ParameterSet.replace` before.
    law
        Name of the law.

    Raises
    ------
    PhysicsError
        When the observations contradict each other under that law.

    Examples
    --------
    >>> changed = load_parameters("Koh2024").replace({"Observed cycle of resistance rise": 38.0})
    >>> fitted_parameters(changed)["Leaching constant"].role
    'fitted'
    """
    given = load_parameters(parameters)
    found = calibrated(given, checked_law(law))
    names = {**SET_ON, CONSTANTS[found.law]: "potassium lost by Na50K50"}
    if found.law == "salt":
        names.pop("Closing amount [mol.m-2]")
        names[CONSTANTS["salt"]] = "resistance of the Na50K50 cell on its 50th cycle"
    for name, data in names.items():
        given = given.replace({name: found.values[name]}, role="fitted", fitted_to=data)
    return given


def _numbers(one: Calibrated) -> list[float]:
    return [
        *(one.values[name] if one.law != "salt" or "Closing" not in name else np.nan for name in SET_ON),
        one.constant,
    ]


def _median(every: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    return [float(v) for v in np.median(every, axis=0)] if len(every) else [float("nan")] * every.shape[1]
