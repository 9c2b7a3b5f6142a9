"""What a model beside a measurement says, in sentences."""

from __future__ import annotations

import json
import math

import numpy as np
import xarray as xr

from alkanode.studies.comparison.model_tables import effects_of, estimate_at
from alkanode.studies.wording import shown, spoken, worded

FAR = 2.0
"""Standard deviations beyond which model and measurement are said to differ."""

_WEIGHTY = 0.05
"""Relative change of the charge from which on a parameter is named."""


def findings_of(
    run: xr.DataTree,
    comparison: xr.Dataset,
    influence: xr.Dataset | None,
    told: tuple[str, ...],
    *,
    under_current: int = 0,
) -> tuple[str, ...]:
    """Sentences, the most important first: the capacity, all numbers, the loss of contact, what the model rests on."""
    chosen = [k for k, name in enumerate(comparison["name"].to_numpy()) if str(name).replace(".", "_", 1) in told]
    said = [*_headline(comparison, chosen), *_all(comparison, chosen), *_one_sided(comparison, chosen)]
    said += _events(run["events"].to_dataset())
    said += _weights(influence)
    rested = json.loads(str(run.attrs.get("rested_on", "{}")))
    counts = ", ".join(f"{len(rested.get(role, []))} {role}" for role in ("fitted", "assumed"))
    said.append(
        f"The model rests on {run.attrs.get('parameter_set', 'its parameters')} ({counts} numbers, all in the table). What was fitted on "
        "other cells and agrees here is no proof of the model. [computed]"
    )
    if under_current:
        said.append(
            f"{under_current} spectra were taken while current flowed; the model does not repeat them. [computed]"
        )
    return tuple(said)


def _headline(comparison: xr.Dataset, chosen: list[int]) -> list[str]:
    """The capacity at the middle cut-off, or the first number that both gave."""
    both = [k for k in chosen if np.isfinite(comparison["measured"][k]) and np.isfinite(comparison["predicted"][k])]
    names = comparison["name"].to_numpy()
    stripped = [k for k in both if str(names[k]).startswith("stripping.")]
    if not both:
        return []
    k = stripped[len(stripped) // 2] if stripped else both[0]
    measured, predicted = (estimate_at(comparison, k, word) for word in ("measured", "predicted"))
    what = spoken(str(names[k]).partition(".")[2])
    ratio = float(comparison["predicted"][k] / comparison["measured"][k]) - 1
    residual = float(comparison["standardised_residual"][k])
    near = "less than 0.01" if abs(residual) < 0.01 else f"{abs(residual):.2g}"
    apart = f", {near} standard deviations" if math.isfinite(residual) else ""
    status = str(comparison["status"].to_numpy()[k])
    return [
        f"The model gives {worded(predicted)} as {what}; measured {worded(measured)}. The difference is {round(100 * ratio, 3):+.2g} %{apart}. "
        f"[{status}]"
    ]


def _all(comparison: xr.Dataset, chosen: list[int]) -> list[str]:
    residuals = comparison["standardised_residual"].to_numpy()
    judged = [k for k in chosen if np.isfinite(residuals[k])]
    if not judged:
        return []
    within = sum(abs(residuals[k]) <= FAR for k in judged)
    worst = max(judged, key=lambda k: abs(residuals[k]))
    where, _, what = str(comparison["name"].to_numpy()[worst]).partition(".")
    named = f"; the farthest is {where}: {spoken(what)}, at {residuals[worst]:+.2g}" if within < len(judged) else ""
    return [f"{within} of {len(judged)} numbers lie within {FAR:g} standard deviations{named}. [computed]"]


def _one_sided(comparison: xr.Dataset, chosen: list[int]) -> list[str]:
    """Numbers that only one of both gave."""
    said = []
    measured, predicted = (np.isfinite(comparison[word].to_numpy()) for word in ("measured", "predicted"))
    for have, lack, text in (
        (measured, predicted, "the model did not"),
        (predicted, measured, "the measurement did not"),
    ):
        names = [str(comparison["name"].to_numpy()[k]) for k in chosen if have[k] and not lack[k]]
        if names:
            words = ", ".join(
                f"{where}: {spoken(what)}" for where, _, what in (name.partition(".") for name in names[:4])
            )
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""
            said.append(f"{words}{more}: {text} give it. [computed]")
    return said


def _events(events: xr.Dataset) -> list[str]:
    names = events["name"].to_numpy()
    words = {
        "contact_loss": "lost contact",
        "short": "shorted",
        "infeasible": "could not go on",
        "solver_failure": "could not be solved further",
    }
    said = []
    for name, text in words.items():
        places = np.flatnonzero(names == name)
        if places.size:
            first = int(places[0])
            electrode = str(events["electrode"].to_numpy()[first])
            who = {"working": "alloy", "counter": "counter electrode"}.get(electrode, "model")
            passed = shown(float(events["areal_capacity"].to_numpy()[first]), "areal_capacity")
            said.append(f"In the simulation the {who} {text} at a net charge of {passed}. [computed]")
    return said or ["In the simulation no contact was lost and nothing shorted. [computed]"]


def _weights(influence: xr.Dataset | None) -> list[str]:
    """The parameters whose intervals move the charge most."""
    if influence is None:
        return []
    effects = effects_of(influence)
    heavy = sorted(
        ((name, pair) for name, pair in effects.items() if np.nanmax(np.abs([*pair, 0.0])) >= _WEIGHTY),
        key=lambda one: -float(np.nanmax(np.abs(one[1]))),
    )
    if not heavy:
        return []
    named = ", ".join(
        f"{name.partition(' [')[0]} ({' to '.join(f'{100 * end:+.0f} %' for end in pair if math.isfinite(end))})"
        for name, pair in heavy[:4]
    )
    return [f"Within their stated intervals these parameters move the model's charge most: {named}. [computed]"]
