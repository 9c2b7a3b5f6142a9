"""A rival: a process that could be behind a peak, with what is known of its numbers beforehand.

A rival predicts resistance and capacitance together, and so the relaxation time. Its parameters are log-normal ranges; what
it predicts is then close to normal in (ln R, ln C), and a peak is judged against that density. A relaxation time alone
would fit many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Trust
from alkanode.numerics.quantiles import NORMAL_95

FloatArray = npt.NDArray[np.float64]

Model = Callable[[Mapping[str, FloatArray], float], tuple[FloatArray, FloatArray]]
"""(parameters in SI, temperature in K) -> resistance times area (ohm m2), capacitance per area (F m-2)."""

_DRAWS = 4096
_LOG_95 = 2 * NORMAL_95


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRange:
    """What is known of a positive number beforehand: log-normal, 95 % of it between two ends.

    Attributes
    ----------
    low, high
        In ``unit``.
    unit
        SI.
    trust
        What the range rests on.
    reason
        Why this range, in a few words.
    """

    low: float
    high: float
    unit: str
    trust: Trust = Trust.GIVEN
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < np.inf:
            raise PhysicsError(
                "a prior range needs two positive ends, the lower first", found=f"{self.low:g} to {self.high:g}"
            )

    @property
    def log_mean(self) -> float:
        """Mean of the logarithm."""
        return float(0.5 * np.log(self.low * self.high))

    @property
    def log_deviation(self) -> float:
        """Standard deviation of the logarithm."""
        return float(np.log(self.high / self.low) / _LOG_95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A process that could be behind a peak.

    Attributes
    ----------
    name, meaning, formula
        For people.
    ranges
        Parameter -> what is known of it.
    model
        From parameters to resistance times area and capacitance per area; of one interface, or of the whole electrolyte.
    slopes
        Values that d ln(tau)/d ln(R) takes when one thing changes along a run: 0 where only the touching area does.
    per_interface
        Whether a cell with two equal interfaces has it twice.
    needs_coating
        Whether it exists only with a coating on the electrolyte (or what has become of it).
    """

    name: str
    meaning: str
    formula: str
    ranges: Mapping[str, PriorRange]
    model: Model
    slopes: tuple[float, ...]
    per_interface: bool = True
    needs_coating: bool = False

    def with_ranges(self, **ranges: PriorRange) -> Rival:
        """The same rival with other ranges of some of its parameters.

        Raises
        ------
        SchemaError
            For a parameter that it does not have.
        """
        unknown = set(ranges) - set(self.ranges)
        if unknown:
            raise SchemaError(
                f"{self.name} has other parameters",
                found=", ".join(sorted(unknown)),
                todo=f"Known: {', '.join(self.ranges)}",
            )
        return replace(self, ranges={**self.ranges, **ranges})

    def predicted(
        self, *, temperature: float, interfaces: int, model_factor: float, widening: float = 1.0
    ) -> tuple[FloatArray, FloatArray]:
        """Mean (2,) and covariance (2, 2) of ln R (ohm m2) and ln C (F m-2) of the whole cell.

        Parameters
        ----------
        temperature
            K.
        interfaces
            Equal interfaces in series that the peak holds.
        model_factor
            How far off the formula itself may be: one standard deviation is this factor, in R and in C.
        widening
            Factor on the widths of all ranges, in the logarithm.
        """
        from scipy.stats import qmc  # loaded where it is used: it takes most of a second

        normal = ndtri(qmc.Sobol(len(self.ranges), seed=1, scramble=True).random(_DRAWS))
        draws = {
            name: np.exp(known.log_mean + widening * known.log_deviation * normal[:, place])
            for place, (name, known) in enumerate(self.ranges.items())
        }
        resistance, capacitance = self.model(draws, temperature)
        times = interfaces if self.per_interface else 1
        logs = np.log(np.stack([resistance * times, capacitance / times]))
        return logs.mean(axis=1), np.cov(logs) + np.eye(2) * np.log(model_factor) ** 2
