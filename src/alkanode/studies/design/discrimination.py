"""The experiment that tells variants of a model apart best."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.inventory import cell_parameters
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.observables import QuickCell
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.cell import Cell
from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.studies.design.experiments import EXPERIMENTS, Experiment

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One hypothesis: physics, and parameters that go with it.

    Attributes
    ----------
    name
        For people.
    options
        Physics.
    changes
        Parameter -> value in the unit of its name.
    """

    name: str
    options: AlloyAnodeOptions = field(default_factory=AlloyAnodeOptions)
    changes: Mapping[str, float] = field(default_factory=dict)


VARIANTS = (
    Variant(name="effective diffusion"),
    Variant(name="film drainage", options=AlloyAnodeOptions(transport="film drainage")),
    Variant(name="effective diffusion, permeability falls", changes={"Relative permeability exponent": 1.0}),
    Variant(name="precipitation with a barrier", options=AlloyAnodeOptions(precipitation="nucleation")),
    Variant(name="stripping dewets", options=AlloyAnodeOptions(dewetting="stripped liquid")),
)
"""The named variants that a strip, a rest or a thickness could tell apart."""


def next_experiment(
    variants: Sequence[Variant] = VARIANTS,
    experiments: Sequence[Experiment] = EXPERIMENTS,
    *,
    cell: Cell | str = "NaK50",
    parameters: str | ParameterSet = "Wu2025",
) -> xr.Dataset:
    """Expected separation of each pair of variants in each experiment, in standard errors of the measurement.

    Parameters
    ----------
    variants
        At least two.
    experiments
        What could be done.
    cell
        The cell, or the name of its alloy.
    parameters
        Set that the variants start from.

    Returns
    -------
    Dataset
        Kind ``next_experiment``: ``separation`` (experiment, pair), ``median_separation`` and ``smallest_separation`` (experiment)
        over the pairs, the experiment with the largest median first; NaN where a variant cannot do an experiment, whose reasons stand in
        ``attrs["failed"]`` (JSON).

    Raises
    ------
    StudyError
        For fewer than two variants, or two of one name.

    Notes
    -----
    With values y_k of the first and z_k of the second variant and the relative standard error s of one value, the separation is
    the root of the sum of (d_k - mean d)^2 / s^2 with d_k = ln(y_k / z_k): a common factor, which each variant is free to fit,
    is taken out. Parameters of shape are not fitted anew, so the separation is an upper one. Two means that the experiment, done
    once per setting, has even odds to tell the two apart at 95 %.
    """
    names = [one.name for one in variants]
    if len(set(names)) < len(names) or len(names) < 2:
        raise StudyError("two or more variants of different names are compared", found=", ".join(names) or "none")
    numbers = load_parameters(parameters)
    outcomes: dict[tuple[str, str], Floats] = {}
    failed: dict[str, str] = {}
    for experiment in experiments:
        for variant in variants:
            try:
                outcomes[experiment.name, variant.name] = _outcome(experiment, variant, cell, numbers)
            except AlkanodeError as reason:
                failed[f"{experiment.name}: {variant.name}"] = str(reason)
    pairs = list(combinations(names, 2))
    separation = np.full((len(experiments), len(pairs)), math.nan)
    for row, experiment in enumerate(experiments):
        for column, (first, second) in enumerate(pairs):
            both = [outcomes.get((experiment.name, name)) for name in (first, second)]
            if both[0] is not None and both[1] is not None:
                separation[row, column] = separation_of(both[0], both[1], experiment.relative_error)
    known = np.where(np.isfinite(separation), separation, -math.inf)
    ranks = np.sort(known, axis=1)
    order = sorted(range(len(experiments)), key=lambda row: (-float(np.median(ranks[row])), row))
    record = xr.Dataset(
        {
            "experiment": ("experiment", np.array([experiments[k].name for k in order], dtype=str)),
            "first_variant": ("pair", np.array([first for first, _ in pairs], dtype=str)),
            "second_variant": ("pair", np.array([second for _, second in pairs], dtype=str)),
            "separation": (("experiment", "pair"), separation[order]),
            "median_separation": ("experiment", _over_pairs(separation[order], 0.5)),
            "smallest_separation": ("experiment", _over_pairs(separation[order], 0.0)),
        }
    )
    record.attrs.update(
        {
            "failed": json.dumps(failed),
            "outcomes": json.dumps({f"{a}: {b}": value.tolist() for (a, b), value in outcomes.items()}),
            "variants": json.dumps([asdict(one) | {"changes": dict(one.changes)} for one in variants]),
            "relative_errors": json.dumps({one.name: one.relative_error for one in experiments}),
            "parameter_set": numbers.name,
        }
    )
    return label(record, "next_experiment")


def _over_pairs(separation: Floats, share: float) -> Floats:
    """A quantile per experiment over the pairs that are known; NaN where none is."""
    rows = [row[np.isfinite(row)] for row in separation]
    return np.array([float(np.quantile(row, share)) if row.size else math.nan for row in rows])


def separation_of(first: Floats, second: Floats, relative_error: float) -> float:
    """Standard errors between two outcomes once a common factor is taken out; NaN where a number is not positive."""
    if not ((first > 0).all() and (second > 0).all()):
        return math.nan
    apart = np.log(first / second)
    return float(np.sqrt(np.sum((apart - apart.mean()) ** 2)) / relative_error)


def _outcome(experiment: Experiment, variant: Variant, cell: Cell | str, numbers: ParameterSet) -> Floats:
    made = cell if isinstance(cell, Cell) else Cell(anode=cell)
    base = cell_parameters(numbers, made).replace(dict(variant.changes))
    if made.alloy is None:
        raise StudyError("the anode is an alloy of known metals", found=repr(made.anode.name))
    alloy = made.alloy

    def make(changes: Mapping[str, float]) -> QuickCell:
        return QuickCell(alloy, base.replace(dict(changes)), options=variant.options)

    return np.asarray(experiment.outcome(make), dtype=np.float64)
