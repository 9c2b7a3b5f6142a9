"""A sum of arcs fitted to all spectra of a run at once: resistances free, places and shapes tied from spectrum to spectrum.

One spectrum by itself often cannot tell how two overlapping arcs share their resistance; where an arc has faded it says
nothing of its place. The run as a whole does. Every ln(tau) and every exponent therefore takes a random walk along the run,
whose step is learnt from the run itself (expectation maximisation); resistances are free in each spectrum, so they may
jump, and none takes over what another loses. With a step of zero this is one circuit with common shapes, with a large one
it is one fit per spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.decomposition.arc_sum import ArcSum
from alkanode.impedance.decomposition.chain import Chain

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
BoolArray = npt.NDArray[np.bool_]

_TINY = 1e-12
_SETTLED = 0.1
"""Change of ln(noise) and ln(step) below which they count as learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRules:
    """How places and shapes may move along a run.

    Attributes
    ----------
    time_range, shape_range
        What a ln(tau), and the logit of an exponent, are expected to move over the whole run before it is looked at (one
        standard deviation). Defaults 0.5 each: a factor of 1.6 in tau, an exponent from 0.80 to 0.85.
    own_steps
        Weight of that expectation, in steps between spectra. Default 4: a run of more steps speaks for itself.
    time_anchor, shape_anchor
        Standard deviation of the mean ln(tau) of a run around its peak, and of the mean logit of an exponent around its
        usual value. Defaults 1 (0.4 decade) and 1.5 (nearly all of the allowed range). Both weigh as much as one spectrum.
    usual_alpha, usual_beta, usual_spread, usual_gamma
        Exponents, and the standard deviation of ln(tau) of a log-normal arc, before the run is looked at. Defaults 0.85,
        0.8, 0.8 and 0.9.
    most_iterations
        Steps after which the search ends. Default 60.
    tolerance
        It ends when a step lowers the objective by less than that share. Default 1e-5: a hundredth of a standard deviation.
    """

    time_range: float = 0.5
    shape_range: float = 0.5
    own_steps: float = 4.0
    time_anchor: float = 1.0
    shape_anchor: float = 1.5
    usual_alpha: float = 0.85
    usual_beta: float = 0.8
    usual_spread: float = 0.8
    usual_gamma: float = 0.9
    most_iterations: int = 60
    tolerance: float = 1e-5

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise SchemaError(f"{name} of the walk rules must be positive", found=repr(getattr(self, name)))


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Spectra of a run; shorter ones are padded.

    Attributes
    ----------
    frequency
        Hz, shape (spectrum, point).
    impedance
        ohm, shape (spectrum, point).
    weight
        1/|Z|, zero where padded, shape (spectrum, point).
    """

    frequency: FloatArray
    impedance: ComplexArray
    weight: FloatArray

    def part(self, rows: npt.NDArray[np.intp]) -> Run:
        """Some of the spectra."""
        return Run(self.frequency[rows], self.impedance[rows], self.weight[rows])

    @property
    def numbers(self) -> int:
        """Real numbers measured."""
        return 2 * int((self.weight > 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class RunFit:
    """A sum of arcs fitted to a run.

    Attributes
    ----------
    model
        What was fitted.
    x
        Unknowns, shape (spectrum, unknown).
    covariance
        Of the unknowns of each spectrum, shape (spectrum, unknown, unknown).
    chain
        Factors of the inverse covariance of the whole run.
    residual
        Over |Z|, complex, zero where padded, shape (spectrum, point).
    variance
        Of a real or imaginary part over |Z|, correlated residuals counted as fewer numbers.
    sum_of_squares, independent, parameters
        Of all residuals; the independent numbers they are worth; parameters in use (ties lower them).
    converged, iterations
        Of the search.
    """

    model: ArcSum
    x: FloatArray
    covariance: FloatArray
    chain: Chain
    residual: ComplexArray
    variance: float
    sum_of_squares: float
    independent: float
    parameters: float
    converged: bool
    iterations: int

    def rms(self, run: Run) -> FloatArray:
        """Root mean square residual of a part over |Z|, shape (spectrum,)."""
        points = np.maximum((run.weight > 0).sum(axis=1), 1)
        return np.asarray(np.sqrt((np.abs(self.residual) ** 2).sum(axis=1) / (2 * points)))


def fit_run(run: Run, model: ArcSum, start: FloatArray, anchor: FloatArray, rules: WalkRules) -> RunFit:
    """Fit a sum of arcs to the spectra of a run.

    Parameters
    ----------
    run
        The spectra.
    model
        Its arcs.
    start
        Unknowns, shape (spectrum, unknown); the linear ones are found anew.
    anchor
        Usual value of every unknown, shape (unknown,); linear ones are not read.
    rules
        How places and shapes may move.

    Returns
    -------
    RunFit

    Notes
    -----
    Minimises ``sum |w (Z_model - Z)|^2 / s + sum (x_k+1 - x_k)^2 / q + sum (x_k - anchor)^2 / (n a^2)`` by damped Gauss-Newton
    steps; s is the mean square residual, raised by its correlation along the frequency, and q the mean square step that
    data and expectation give together. R, the tail and the inductance are not negative; neither is R0 unless the real
    part of the spectrum is somewhere.
    """
    search = _Search(run, model, anchor, rules)
    x = search.with_linear(start)
    search.learn_noise(x)
    J, r = search.residuals(x)
    objective = search.objective(x, r)
    damping, done, iterations = 1e-3, False, 0
    for iterations in range(1, rules.most_iterations + 1):
        blocks, gradient = search.normal(x, J, r)
        step = search.step(x, blocks, gradient, damping)
        there = np.maximum(x + step, search.floor)
        new_J, new_r = search.residuals(there)
        new_objective = search.objective(there, new_r)
        if not new_objective < objective:
            damping *= 8
            if damping > 1e6:
                done = True
                break
            continue
        decrease = objective - new_objective
        x, J, r, damping = there, new_J, new_r, max(damping / 5, 1e-8)
        small = decrease < rules.tolerance * search.scale_of_objective
        moved = search.learn(x, J, r) if small or iterations % 3 == 0 else 0.0
        objective = search.objective(x, r)
        if small and moved < _SETTLED:
            done = True
            break
    return search.result(x, J, r, converged=done, iterations=iterations)


class _Search:
    """Noise, ties and anchors of a run while it is fitted."""

    def __init__(self, run: Run, model: ArcSum, anchor: FloatArray, rules: WalkRules) -> None:
        self.run, self.model, self.rules, self.anchor = run, model, rules, anchor
        count, kinds = len(run.frequency), np.array(model.kinds)
        self.shape = kinds != "linear"
        span = np.where(kinds == "time", rules.time_range, rules.shape_range)
        self.expected = span**2 / max(count - 1, 1)
        self.step_variance = np.where(self.shape, self.expected, np.inf)
        around = np.where(kinds == "time", rules.time_anchor, rules.shape_anchor)
        self.pull = np.where(self.shape, 1 / (count * around**2), 0.0)
        self.noise = 1.0
        self.real_weight = np.concatenate([run.weight, run.weight], axis=1)
        self.floor = np.where(self.shape, -np.inf, 0.0) * np.ones((count, 1))
        self.floor[(run.impedance.real < 0).any(axis=1, where=run.weight > 0), 0] = -np.inf
        size = np.nanmedian(np.where(run.weight > 0, np.abs(run.impedance), np.nan))
        self.floor = np.where(np.isfinite(self.floor) & (np.arange(model.size) >= 2), _TINY * size, self.floor)

    @property
    def scale_of_objective(self) -> float:
        """A change of the objective that means something: one per real number."""
        return float(self.run.numbers)

    @property
    def tie(self) -> FloatArray:
        """Strength of the ties between neighbours, shape (spectrum - 1, unknown)."""
        strength = np.where(self.shape, 1 / self.step_variance, 0.0)
        return np.tile(strength, (len(self.run.frequency) - 1, 1))

    def with_linear(self, start: FloatArray) -> FloatArray:
        """The start with its linear unknowns from a least-squares fit, those that come out negative left out."""
        linear = self.model.linear
        _, derivatives = self.model.evaluate(self.run.frequency, np.where(self.shape, start, 1.0))
        A = self._stacked(derivatives[:, :linear])
        b = self._stacked(self.run.impedance[:, None])[:, 0]
        scale = np.sqrt((A**2).sum(axis=2, keepdims=True)) + 1e-300
        A = A / scale
        H, g = A @ A.transpose(0, 2, 1), (A @ b[:, :, None])[:, :, 0]
        active = np.ones(g.shape, dtype=bool)
        solved = np.zeros_like(g)
        for _ in range(linear):
            reduced = np.where(active[:, :, None] & active[:, None, :], H, 0.0)
            reduced += np.eye(linear) * np.where(active, 1e-9, 1.0)[:, None, :]
            solved = np.linalg.solve(reduced, np.where(active, g, 0.0)[:, :, None])[:, :, 0]
            negative = active & (solved < 0)
            if not negative.any():
                break
            active &= ~negative
        x = start.copy()
        x[:, :linear] = solved / scale[:, :, 0]
        return np.maximum(x, self.floor)

    def _stacked(self, values: ComplexArray) -> FloatArray:
        """Weighted real and imaginary parts, shape (spectrum, unknown, 2 points)."""
        return np.asarray(np.concatenate([values.real, values.imag], axis=2) * self.real_weight[:, None])

    def residuals(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weighted derivatives (spectrum, unknown, 2 points) and residuals (spectrum, 2 points)."""
        with np.errstate(over="ignore", invalid="ignore"):
            Z, derivatives = self.model.evaluate(self.run.frequency, x)
            return self._stacked(derivatives), self._stacked((Z - self.run.impedance)[:, None])[:, 0]

    def objective(self, x: FloatArray, r: FloatArray) -> float:
        """What is minimised; infinite where it is not finite."""
        steps = np.diff(x[:, self.shape], axis=0) ** 2 / self.step_variance[self.shape]
        pulls = self.pull * np.where(self.shape, x - self.anchor, 0.0) ** 2
        total = float((r**2).sum() / self.noise + steps.sum() + pulls.sum())
        return total if np.isfinite(total) else np.inf

    def normal(self, x: FloatArray, J: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Blocks of the normal matrix (spectrum, k, k), ties included, and the gradient (spectrum, k)."""
        blocks = J @ J.transpose(0, 2, 1) / self.noise
        gradient = (J @ r[:, :, None])[:, :, 0] / self.noise
        neighbours = np.full(len(x), 2.0)
        neighbours[[0, -1]] -= 1
        if len(x) == 1:
            neighbours[:] = 0
        index = np.arange(self.model.size)
        strength = np.where(self.shape, 1 / self.step_variance, 0.0)
        blocks[:, index, index] += neighbours[:, None] * strength + self.pull
        gradient += self.pull * np.where(self.shape, x - self.anchor, 0.0)
        difference = strength * np.diff(np.where(self.shape, x, 0.0), axis=0)
        gradient[1:] += difference
        gradient[:-1] -= difference
        return blocks, gradient

    def step(self, x: FloatArray, blocks: FloatArray, gradient: FloatArray, damping: float) -> FloatArray:
        """Damped step; unknowns that rest on their floor stay there."""
        resting = (x <= self.floor) & (gradient > 0)
        factors, scale = self._factors(blocks, resting, damping)
        step = -scale * factors.solve(scale * np.where(resting, 0.0, gradient))
        size = np.where(self.shape, 1.0, np.inf)  # no more than e-fold at once
        return np.asarray(np.clip(step, -size, size))

    def _factors(self, blocks: FloatArray, resting: BoolArray, damping: float) -> tuple[Chain, FloatArray]:
        """Factors of the normal matrix on a scale on which its diagonal is one, and that scale."""
        diagonal = np.einsum("kii->ki", blocks)
        scale = np.where(resting, 0.0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)))
        scaled = blocks * scale[:, :, None] * scale[:, None, :]
        index = np.arange(self.model.size)
        scaled[:, index, index] = 1 + damping + 1e-12
        return Chain.of(scaled, self.tie * scale[1:] * scale[:-1]), scale

    def learn_noise(self, x: FloatArray) -> None:
        """Mean square residual, raised where neighbouring residuals are alike."""
        _, r = self.residuals(x)
        self.noise = max(float((r**2).sum()) / self.run.numbers, 1e-14)

    def learn(self, x: FloatArray, J: FloatArray, r: FloatArray) -> float:
        """Noise and steps anew from residuals and covariance; the largest change of a logarithm."""
        before = np.log(np.concatenate([[self.noise], self.step_variance[self.shape]]))
        blocks, _ = self.normal(x, J, r)
        factors, scale = self._factors(blocks, (x <= self.floor), 0.0)
        own, next_to = factors.covariance()
        variance = np.einsum("kii->ki", own) * scale**2
        used = float(np.einsum("kij,kji->", own, J @ J.transpose(0, 2, 1) * scale[:, :, None] * scale[:, None, :]))
        used /= self.noise
        squares = float((r**2).sum())
        left = max(self.run.numbers - used, 0.1 * self.run.numbers)
        self.noise = max(squares / left * self.run.numbers / self._independent(r), 1e-14)
        if len(x) > 1:
            between = next_to * scale[1:] * scale[:-1]
            moves = np.diff(x, axis=0) ** 2 + variance[1:] + variance[:-1] - 2 * between
            weight = self.rules.own_steps
            learnt = (moves.sum(axis=0) + weight * self.expected) / (len(x) - 1 + weight)
            self.step_variance = np.where(self.shape, np.maximum(learnt, 1e-12), np.inf)
        after = np.log(np.concatenate([[self.noise], self.step_variance[self.shape]]))
        return float(np.abs(after - before).max())

    def _independent(self, r: FloatArray) -> float:
        """Independent numbers that the residuals are worth."""
        parts = r.reshape(len(r), 2, -1)
        known = self.run.weight > 0
        pairs = known[:, None, 1:] & known[:, None, :-1]
        square = float((parts**2).sum())
        alike = float((parts[:, :, 1:] * parts[:, :, :-1] * pairs).sum())
        rho = float(np.clip(alike / square if square > 0 else 0.0, 0.0, 0.95))
        return self.run.numbers * (1 - rho) / (1 + rho)

    def result(self, x: FloatArray, J: FloatArray, r: FloatArray, *, converged: bool, iterations: int) -> RunFit:
        """The fit with its covariance."""
        blocks, _ = self.normal(x, J, r)
        chain = Chain.of(blocks * 1.0 + 1e-12 * np.einsum("kii->ki", blocks)[:, :, None] * np.eye(x.shape[1]), self.tie)
        own, _ = chain.covariance()
        points = self.run.frequency.shape[1]
        used = float(np.einsum("kij,kji->", own, J @ J.transpose(0, 2, 1))) / self.noise
        return RunFit(
            model=self.model,
            x=x,
            covariance=own,
            chain=chain,
            residual=r[:, :points] + 1j * r[:, points:],
            variance=self.noise,
            sum_of_squares=float((r**2).sum()),
            independent=self._independent(r),
            parameters=used,
            converged=converged,
            iterations=iterations,
        )
