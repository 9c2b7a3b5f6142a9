"""Which arcs a run is made of: started from its peaks and shoulders, decided by evidence.

Peaks that live through most of the run are taken, shorter ones and shoulders are candidates. An arc stays where it improves
the description by more than its unknowns cost; so does the shape of an arc that is not depressed. The choice is made on a few
spectra spread over the run, since it is the number of spectra that costs time. Shapes that these cannot tell apart are
all fitted to the whole run; what they disagree about is part of the error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.decomposition.arc_sum import LIMITS, SHAPE_UNKNOWNS, ArcSum, Shape, logit
from alkanode.impedance.decomposition.fit_run import Run, RunFit, WalkRules, fit_run

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


_LONG = 0.25
"""Share of the spectra of a run from which on a peak is a candidate before shapes are chosen."""


_LEAST_PROBABILITY = 1e-3
_JUDGED = 100
"""Spectra of a run from which the probability of rival shapes is drawn; evidence grows with their number."""
_OTHERS: tuple[Shape, ...] = ("log-normal", "skewed")
_FAR = 6.0
"""R over its standard deviation from which on it need not be asked whether an arc is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcRules:
    """When an arc, or another shape of it, is taken.

    Attributes
    ----------
    margin
        Gain of the Bayesian information criterion that an arc or a shape must bring. Default 10, very strong evidence.
    most_spectra
        Spectra of a run on which it is decided. Default 10.
    most_arcs
        Arcs of a run. Default 7: a spectrum of eight decades holds no more.
    least_life
        Share of the spectra of a run in which a peak or shoulder must be seen to be a candidate. Default 0.1; in short runs
        one spectrum is enough.
    rivals
        Choices of shapes, the best included, that are fitted to the whole run where the margin does not decide. Default 4.
    """

    margin: float = 10.0
    most_spectra: int = 10
    most_arcs: int = 7
    least_life: float = 0.1
    rivals: int = 4

    def __post_init__(self) -> None:
        good = self.margin >= 0 and self.most_spectra >= 2 and self.most_arcs >= 1 and self.rivals >= 1
        good &= 0 <= self.least_life <= 1
        if not good:
            raise SchemaError(
                "the rules of evidence need a margin of at least 0, 2 spectra, 1 arc, 1 rival, and a life between 0 and 1",
                found=repr(self),
            )


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """A peak or shoulder along a run.

    Attributes
    ----------
    rows
        Spectra of the run in which it is seen, ascending.
    log_tau
        ln(tau / s) there.
    resistance
        Median area, ohm.
    shoulder
        Whether it is a shoulder more often than a maximum.
    """

    rows: IntArray
    log_tau: FloatArray
    resistance: float
    shoulder: bool

    def along(self, count: int) -> FloatArray:
        """ln(tau) in every spectrum of the run, shape (spectrum,)."""
        return np.asarray(np.interp(np.arange(count), self.rows, self.log_tau))


@dataclass(frozen=True, slots=True)
class _Choice:
    """Strands by number, their shapes, and whether there is a tail."""

    members: tuple[int, ...]
    shapes: tuple[Shape, ...]
    tail: bool

    def without(self, place: int) -> _Choice:
        keep = [k for k in range(len(self.members)) if k != place]
        return replace(self, members=tuple(self.members[k] for k in keep), shapes=tuple(self.shapes[k] for k in keep))

    def with_shape(self, place: int, shape: Shape) -> _Choice:
        return replace(self, shapes=(*self.shapes[:place], shape, *self.shapes[place + 1 :]))


def fit_processes(
    run: Run, strands: list[Strand], *, tail: bool, evidence: ArcRules, walk: WalkRules
) -> tuple[list[RunFit], FloatArray, list[int]] | None:
    """Choose the arcs of a run and fit them to all its spectra.

    Parameters
    ----------
    run
        The spectra.
    strands
        Its peaks and shoulders.
    tail
        Whether polarisation beyond the window was seen, so that a tail is tried.
    evidence, walk
        Rules.

    Returns
    -------
    fits, weights, members
        Fits of rival shapes with the arcs by relaxation time, the most probable first; their probabilities; and the
        strand of each arc. ``None`` without any arc.
    """
    search = _Search(run, strands, evidence, walk)
    chosen = search.first(tail)
    if not chosen.members:
        return None
    chosen = search.extended(search.reduced(chosen), share=_LONG, shoulders=False)
    chosen = search.shaped(chosen)
    chosen = search.extended(chosen, share=evidence.least_life, shoulders=True)
    chosen = search.reduced(search.shaped(chosen))
    fits, weights = search.rivals(chosen)
    return fits, weights, list(chosen.members)


class _Search:
    """Fits of subsets of a run, remembered."""

    def __init__(self, run: Run, strands: list[Strand], evidence: ArcRules, walk: WalkRules) -> None:
        self.run, self.strands, self.evidence, self.walk = run, strands, evidence, walk
        self.count = len(run.frequency)
        self.some = _spread(self.count, evidence.most_spectra)
        self._refused: set[int] = set()
        self._known: dict[tuple[_Choice, bytes], RunFit] = {}

    def first(self, tail: bool) -> _Choice:
        """Peaks that live through most of the run."""
        long = [k for k, one in enumerate(self.strands) if not one.shoulder and 2 * one.rows.size >= self.count]
        long = sorted(long, key=lambda k: -self.strands[k].resistance)[: self.evidence.most_arcs]
        long.sort(key=lambda k: float(np.median(self.strands[k].log_tau)))
        shapes: tuple[Shape, ...] = tuple("depressed" for _ in long)
        return _Choice(tuple(long), shapes, tail)

    def reduced(self, chosen: _Choice) -> _Choice:
        """Without the arcs, and the tail, that the spectra do not ask for, the least needed first."""
        while True:
            weak = self._weak(chosen)
            options = [chosen.without(k) for k in weak] if len(chosen.members) > 1 else []
            options += [chosen.with_shape(k, "depressed") for k, one in enumerate(chosen.shapes) if one != "depressed"]
            if chosen.tail:
                options.append(replace(chosen, tail=False))
            costs = [self.gain(option, chosen, self.some) for option in options]
            if not costs or min(costs) > self.evidence.margin:
                return chosen
            less = options[int(np.argmin(costs))]
            self._refused |= set(chosen.members) - set(less.members)
            chosen = less

    def _weak(self, chosen: _Choice) -> list[int]:
        """Arcs that might be left out: not far above their errors in nearly all spectra."""
        fit = self.fit(chosen, self.some)
        places = [fit.model.resistance(k) for k in range(fit.model.arcs)]
        deviation = np.sqrt(np.einsum("kii->ki", fit.covariance))[:, places]
        return [int(k) for k in np.flatnonzero(np.median(fit.x[:, places] / deviation, axis=0) < _FAR)]

    def extended(self, chosen: _Choice, *, share: float, shoulders: bool) -> _Choice:
        """With the candidates that the spectra ask for, the longest-lived first."""
        least = max(1, round(share * self.count))
        others = [
            k
            for k, one in enumerate(self.strands)
            if k not in {*chosen.members, *self._refused} and one.rows.size >= least and (shoulders or not one.shoulder)
        ]
        for candidate in sorted(others, key=lambda k: (-self.strands[k].rows.size, -self.strands[k].resistance)):
            if len(chosen.members) >= self.evidence.most_arcs:
                break
            members = sorted((*chosen.members, candidate), key=lambda k: float(np.median(self.strands[k].log_tau)))
            shapes = dict(zip(chosen.members, chosen.shapes, strict=True))
            more = _Choice(tuple(members), tuple(shapes.get(k, "depressed") for k in members), chosen.tail)
            seen = self.strands[candidate].rows
            rows = np.union1d(self.some[:: 2 if self.count > self.some.size else 1], seen[_spread(seen.size, 6)])
            if self.gain(chosen, more, rows) > self.evidence.margin:
                chosen = more
        return chosen

    def shaped(self, chosen: _Choice) -> _Choice:
        """With the shape of each arc that the spectra ask for, those of the largest gain first."""
        open_ = [(k, shape) for k in range(len(chosen.members)) for shape in _OTHERS]
        while True:
            open_ = [(k, shape) for k, shape in open_ if chosen.shapes[k] == "depressed"]
            options = [chosen.with_shape(k, shape) for k, shape in open_]
            gains = [self.gain(chosen, option, self.some) for option in options]
            if not gains or max(gains) <= self.evidence.margin:
                return chosen
            chosen = options[int(np.argmax(gains))]
            open_ = [one for one, gain in zip(open_, gains, strict=True) if gain > -self.evidence.margin]

    def gain(self, one: _Choice, other: _Choice, rows: IntArray) -> float:
        """By how much the criterion of the second choice lies below that of the first, on some spectra."""
        if (one, rows.tobytes()) in self._known:
            a, b = self.fit(one, rows), self.fit(other, rows, one)
        else:
            b = self.fit(other, rows)
            a = self.fit(one, rows, other)
        worth = max((a, b), key=lambda fit: fit.parameters).independent
        fitness = worth * np.log(max(a.sum_of_squares, 1e-300) / max(b.sum_of_squares, 1e-300))
        return float(fitness + (a.parameters - b.parameters) * np.log(worth))

    def rivals(self, chosen: _Choice) -> tuple[list[RunFit], FloatArray]:
        """The chosen arcs with every choice of shapes that some spectra do not exclude, fitted to the whole run."""
        key = self.some.tobytes()
        tried = [
            one
            for one, rows in self._known
            if rows == key and one.members == chosen.members and one.tail == chosen.tail and one != chosen
        ]
        behind = {one: self.gain(one, chosen, self.some) for one in tried}
        near = sorted((one for one in tried if behind[one] <= self.evidence.margin), key=behind.__getitem__)
        everything = np.arange(self.count)
        choices = [chosen, *near[: self.evidence.rivals - 1]]
        judged = _spread(self.count, _JUDGED)
        for one in choices:
            self.fit(one, judged, one)
        gains = np.array([self.gain(chosen, one, judged) for one in choices]) * self.count / judged.size
        weights = np.exp((gains - gains.max()) / 2)
        order = np.argsort(-weights, kind="stable")
        weights = weights[order] / weights.sum()
        used = weights > _LEAST_PROBABILITY
        return [self.fit(choices[k], everything, choices[k]) for k in order[used]], weights[used] / weights[used].sum()

    def fit(self, chosen: _Choice, rows: IntArray, near: _Choice | None = None) -> RunFit:
        """The fit of a choice to some spectra; it may start from that of another choice."""
        key = (chosen, rows.tobytes())
        if key not in self._known:
            model = ArcSum(chosen.shapes, chosen.tail)
            start = np.zeros((rows.size, model.size))
            anchor = np.zeros(model.size)
            usual = {
                "alpha": self.walk.usual_alpha,
                "beta": self.walk.usual_beta,
                "spread": self.walk.usual_spread,
                "gamma": self.walk.usual_gamma,
            }
            for place, kind in enumerate(model.kinds):
                if kind in usual:
                    anchor[place] = logit(usual[kind], LIMITS[kind])
                    start[:, place] = anchor[place]
            for arc, member in enumerate(chosen.members):
                place = model.log_time(arc)
                start[:, place] = self.strands[member].along(self.count)[rows]
                anchor[place] = float(np.median(self.strands[member].log_tau))
            self._take_over(start, chosen, model, near, rows)
            self._known[key] = fit_run(self.run.part(rows), model, start, anchor, self.walk)
        return self._known[key]

    def _take_over(
        self, start: FloatArray, chosen: _Choice, model: ArcSum, near: _Choice | None, rows: IntArray
    ) -> None:
        """Put what another choice found for the arcs that both have, interpolated to the spectra wanted, into a start."""
        taken = self.some if near is not None and (near, rows.tobytes()) not in self._known else rows
        if near is None or (near, taken.tobytes()) not in self._known:
            return
        found = self._known[near, taken.tobytes()]
        for arc, member in enumerate(chosen.members):
            if member not in near.members:
                continue
            other = near.members.index(member)
            kinds = SHAPE_UNKNOWNS[model.shapes[arc]]
            same = found.model.shapes[other] == model.shapes[arc]
            for step in range(len(kinds) if same else 1):
                values = found.x[:, found.model.log_time(other) + step]
                start[:, model.log_time(arc) + step] = np.interp(rows, taken, values)


def _spread(count: int, most: int) -> IntArray:
    """Up to ``most`` of ``count`` numbers, evenly spread, with both ends."""
    return np.unique(np.round(np.linspace(0, count - 1, min(count, most))).astype(np.intp))
