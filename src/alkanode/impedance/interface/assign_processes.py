"""Which process is behind a peak: rivals compared by evidence, on resistance, capacitance and relaxation time together.

The answer is often that it cannot be said: rivals whose ranges overlap stay rivals until something else is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import logsumexp

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.interface.capacitance_classes import capacitance_class
from alkanode.impedance.interface.peak_rows import PeakRows, peak_rows
from alkanode.impedance.interface.rival import Rival
from alkanode.impedance.interface.rival_evidence import SOMETHING_ELSE, log_evidence
from alkanode.impedance.interface.rivals import RIVALS
from alkanode.impedance.interface.verdict_text import verdict

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessContext:
    """What is known of the cell whose peaks are assigned.

    Attributes
    ----------
    area
        Of the electrode, m2.
    interfaces
        Equal interfaces in series that a peak holds: 2 for a symmetric cell. Default 1.
    thickness
        Of the electrolyte, m, for the classes of capacitance; 1 mm where unknown.
    temperature
        K. Default 298.15.
    seen_without_coating
        Whether the same peak also stands in a control cell whose electrolyte has no coating; ``None`` when there is none.
    """

    area: float
    interfaces: int = 1
    thickness: float | None = None
    temperature: float = 298.15
    seen_without_coating: bool | None = None

    def __post_init__(self) -> None:
        if not self.area > 0 or not self.temperature > 0 or self.interfaces < 1:
            raise PhysicsError(
                "area and temperature must be positive, and there is at least one interface",
                found=f"{self.area:g} m2, {self.temperature:g} K, {self.interfaces}",
            )
        if self.thickness is not None and not self.thickness > 0:
            raise PhysicsError("a thickness must be positive", found=f"{self.thickness:g} m")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """How evidence is weighed.

    Attributes
    ----------
    decisive
        Odds of the best over the next rival from which on it is named. Default 10: below, nothing can be said.
    model_factor
        How far off a formula itself may be. Default 2: geometry is idealised in all of them.
    log_deviation
        Standard deviation of ln R and of ln tau where a record gives none. Default 0.1, usual for peaks of distributions.
    widening
        A process is named only where it also beats every other rival when all ranges are this many times as wide in the
        logarithm. Default 1.5: most ranges are assumed, and no name may hang on their ends.
    slope_spread
        How far off a predicted d ln(tau)/d ln(R) may be. Default 0.2.
    chance_without_coating
        Chance that a process of the coating leaves the same peak in a cell without one. Default 0.05.
    """

    decisive: float = 10.0
    model_factor: float = 2.0
    log_deviation: float = 0.1
    widening: float = 1.5
    slope_spread: float = 0.2
    chance_without_coating: float = 0.05

    def __post_init__(self) -> None:
        fine = (
            self.decisive > 1
            and self.model_factor >= 1
            and self.widening >= 1
            and self.log_deviation > 0
            and self.slope_spread > 0
        )
        if not fine or not 0 < self.chance_without_coating < 1:
            raise PhysicsError("rules of evidence are out of range", found=repr(self))


@source("Irvine1990")
def assign_processes(
    peaks: RecordLike,
    context: ProcessContext,
    *,
    rivals: Sequence[Rival] = RIVALS,
    rules: EvidenceRules | None = None,
) -> xr.Dataset:
    """Compare rival processes for each peak.

    Parameters
    ----------
    peaks
        Record of kind ``relaxation_peaks`` (one row per peak) or ``peak_tracks``, of which each track becomes one row: its
        medians inside the window, and its slope d ln(tau)/d ln(R) where the record has one.
    context
        Area, interfaces and what else is known of the cell.
    rivals
        Processes to compare. Default :data:`RIVALS`; ranges are changed by ``rival.with_ranges(...)``.
    rules
        Default :class:`EvidenceRules`.

    Returns
    -------
    Dataset
        Kind ``process_assignments``: ``log_evidence`` and ``probability`` (row, rival; the last rival is ``"something
        else"``), ``process`` (the best rival, ``""`` where it cannot be said), ``odds`` (best over next), ``sentence``,
        ``area_specific_resistance`` (ohm m2), ``areal_capacitance`` (F m-2), ``capacitance_class``; coordinates of the peak;
        ``rival_log_mean`` and ``rival_log_covariance`` (what each rival predicts: ln of ohm m2 and of F m-2).
        ``attrs["priors"]`` lists all ranges with what they rest on.

    Raises
    ------
    SchemaError
        For a record of another kind, or rivals with equal names or none.
    PhysicsError
        For a context or rules out of range.

    Notes
    -----
    Each rival predicts a density in (ln R, ln C), from its formula and log-normal ranges of its parameters, widened by
    ``model_factor``; tau = R C follows. Evidence is that density where the peak lies. Beyond the measured window only
    R/tau = 1/C is known, and only C counts. Evidence compares the rivals given; ``"something else"`` stands for all others and
    wins where no rival comes near. Probabilities rest on the ranges, most of which are assumed: change them.
    """
    rules = EvidenceRules() if rules is None else rules
    names = [rival.name for rival in rivals]
    if not names or len(set(names)) < len(names) or SOMETHING_ELSE in names:
        raise SchemaError("rivals need names of their own, at least one", found=", ".join(names) or "none")
    rows = peak_rows(peaks, rules.log_deviation)
    area = context.area
    logs = np.log(np.stack([rows.resistance * area, rows.capacitance / area], axis=1))
    evidence, wider = (_evidence(rivals, logs, rows, context, rules, widening) for widening in (1.0, rules.widening))
    probability = np.exp(evidence - logsumexp(evidence, axis=1, keepdims=True))
    order = np.argsort(-evidence, axis=1)
    best, after = order[:, 0], order[:, 1]
    each = np.arange(rows.resistance.size)
    odds = np.exp(np.minimum(evidence[each, best] - evidence[each, after], 700.0))
    known = np.asarray(np.isfinite(logs[:, 1]) & (np.isfinite(logs[:, 0]) | ~rows.in_window))
    ahead = known & (odds >= rules.decisive) & (best < len(rivals))
    said = ahead & _still_ahead(wider[:, :-1], best, rules.decisive)
    every = np.array([*names, SOMETHING_ELSE])
    predicted = {
        rival.name: rival.predicted(
            temperature=context.temperature, interfaces=context.interfaces, model_factor=rules.model_factor
        )
        for rival in rivals
    }
    sentences = [
        verdict(
            every[order[row]],
            evidence[row, order[row]],
            logs[row],
            bool(rows.in_window[row]),
            predicted,
            rules.decisive,
            fragile=bool(ahead[row] and not said[row]),
        )
        if known[row]
        else "Cannot say: resistance or capacitance is missing."
        for row in each
    ]
    record = xr.Dataset(
        {
            "spectrum_index": ("row", rows.spectrum_index),
            "relaxation_time": ("row", rows.relaxation_time),
            "resistance": ("row", rows.resistance),
            "capacitance": ("row", rows.capacitance),
            "area_specific_resistance": ("row", rows.resistance * area),
            "areal_capacitance": ("row", rows.capacitance / area),
            "in_window": ("row", rows.in_window),
            "capacitance_class": ("row", capacitance_class(rows.capacitance, area=area, thickness=context.thickness)),
            "log_evidence": (("row", "rival"), evidence),
            "probability": (("row", "rival"), probability),
            "process": ("row", np.where(said, every[best], "")),
            "odds": ("row", np.where(known, odds, np.nan)),
            "sentence": ("row", np.array(sentences, dtype=np.str_)),
            "slope": ("row", rows.slope),
            "rival_log_mean": (("rival", "of"), np.array([*(predicted[name][0] for name in names), [np.nan] * 2])),
            "rival_log_covariance": (
                ("rival", "of", "with"),
                np.array([*(predicted[name][1] for name in names), np.full((2, 2), np.nan)]),
            ),
            **{name: ("row", values) for name, values in rows.others.items()},
        },
        coords={"rival": every, "of": ["resistance", "capacitance"], "with": ["resistance", "capacitance"]},
        attrs={
            "area": area,
            "interfaces": context.interfaces,
            "temperature": context.temperature,
            "decisive": rules.decisive,
            "model_factor": rules.model_factor,
            "log_deviation": rules.log_deviation,
            "widening": rules.widening,
            "slope_spread": rules.slope_spread,
            "priors": "\n".join(_priors(rivals)),
        },
    )
    return label(check(record, "process_assignments"), "process_assignments")


def _evidence(
    rivals: Sequence[Rival],
    logs: FloatArray,
    rows: PeakRows,
    context: ProcessContext,
    rules: EvidenceRules,
    widening: float,
) -> FloatArray:
    """Evidence of every rival and of something else (row, rival + 1), with ranges of a width."""
    evidence = log_evidence(
        rivals,
        logs,
        _covariance(rows),
        rows.in_window,
        rows.slope,
        rows.slope_deviation,
        temperature=context.temperature,
        interfaces=context.interfaces,
        model_factor=rules.model_factor,
        slope_spread=rules.slope_spread,
        widening=widening,
    )
    if context.seen_without_coating:
        needs = np.array([*(rival.needs_coating for rival in rivals), False])
        evidence[:, needs] += np.log(rules.chance_without_coating)
    return evidence


def _still_ahead(wider: FloatArray, best: npt.NDArray[np.intp], decisive: float) -> npt.NDArray[np.bool_]:
    """Whether the best rival also leads decisively among the rivals with wider ranges."""
    if wider.shape[1] < 2:
        return np.ones(best.size, dtype=bool)
    each, named = np.arange(best.size), np.minimum(best, wider.shape[1] - 1)
    others = wider.copy()
    others[each, named] = -np.inf
    return np.asarray(wider[each, named] - others.max(axis=1) >= np.log(decisive))


def _covariance(rows: PeakRows) -> FloatArray:
    """(row, 2, 2) of ln R and ln C = ln tau - ln R, with independent errors of R and tau."""
    of_r, of_tau = rows.resistance_log_deviation**2, rows.time_log_deviation**2
    return np.stack([np.stack([of_r, -of_r], axis=-1), np.stack([-of_r, of_r + of_tau], axis=-1)], axis=-2)


def _priors(rivals: Sequence[Rival]) -> list[str]:
    return [
        f"{rival.name}: {name} {known.low:g} to {known.high:g} {known.unit} [{known.trust}] {known.reason}".rstrip()
        for rival in rivals
        for name, known in rival.ranges.items()
    ]
