"""What is believed of a parameter before the data: four shapes, each with a coordinate in which a search and a sampler move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from alkanode.foundation.errors import StudyError

_ROOT = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any value between two ends, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _rising(self.low, self.high)

    logarithmic = False

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the coordinate."""
        return self.low, self.high

    @property
    def start(self) -> float:
        """Coordinate in the middle."""
        return (self.low + self.high) / 2

    @property
    def width(self) -> float:
        """Standard deviation of the coordinate."""
        return (self.high - self.low) / math.sqrt(12)

    @property
    def gaussian(self) -> tuple[float, float]:
        """Centre and width of a Gaussian prior of the coordinate; the width is infinite where it is flat."""
        return 0.0, math.inf

    def log_density(self, place: float) -> float:
        """Log of the density of the coordinate."""
        return -math.log(self.high - self.low) if self.low <= place <= self.high else -math.inf

    def __str__(self) -> str:
        return f"uniform from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class LogUniform:
    """Any value between two positive ends, all factors alike; the coordinate is the natural logarithm."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _positive(self.low)
        _rising(self.low, self.high)

    logarithmic = True

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the coordinate."""
        return math.log(self.low), math.log(self.high)

    @property
    def start(self) -> float:
        """Coordinate in the middle."""
        return math.log(self.low * self.high) / 2

    @property
    def width(self) -> float:
        """Standard deviation of the coordinate."""
        return math.log(self.high / self.low) / math.sqrt(12)

    @property
    def gaussian(self) -> tuple[float, float]:
        """As of :class:`Uniform`."""
        return 0.0, math.inf

    def log_density(self, place: float) -> float:
        """Log of the density of the coordinate."""
        low, high = self.bounds
        return -math.log(high - low) if low <= place <= high else -math.inf

    def __str__(self) -> str:
        return f"log-uniform from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Normal:
    """A mean with a standard deviation; searched within six of them."""

    mean: float
    standard_deviation: float

    def __post_init__(self) -> None:
        _positive(self.standard_deviation)

    logarithmic = False

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the coordinate."""
        return self.mean - 6 * self.standard_deviation, self.mean + 6 * self.standard_deviation

    @property
    def start(self) -> float:
        """Coordinate in the middle."""
        return self.mean

    @property
    def width(self) -> float:
        """Standard deviation of the coordinate."""
        return self.standard_deviation

    @property
    def gaussian(self) -> tuple[float, float]:
        """Centre and width of the coordinate."""
        return self.mean, self.standard_deviation

    def log_density(self, place: float) -> float:
        """Log of the density of the coordinate."""
        z = (place - self.mean) / self.standard_deviation
        return -0.5 * z * z - math.log(self.standard_deviation) - _ROOT if abs(z) <= 6 else -math.inf

    def __str__(self) -> str:
        return f"normal, {self.mean:g} with standard deviation {self.standard_deviation:g}"


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A median with a factor of one standard deviation; the coordinate is the natural logarithm."""

    median: float
    factor: float

    def __post_init__(self) -> None:
        _positive(self.median)
        if not self.factor > 1:
            raise StudyError("the factor of a log-normal prior is above 1", found=repr(self.factor))

    logarithmic = True

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the coordinate."""
        middle, width = self.gaussian
        return middle - 6 * width, middle + 6 * width

    @property
    def start(self) -> float:
        """Coordinate in the middle."""
        return math.log(self.median)

    @property
    def width(self) -> float:
        """Standard deviation of the coordinate."""
        return math.log(self.factor)

    @property
    def gaussian(self) -> tuple[float, float]:
        """Centre and width of the coordinate."""
        return math.log(self.median), math.log(self.factor)

    def log_density(self, place: float) -> float:
        """Log of the density of the coordinate."""
        return Normal(*self.gaussian).log_density(place)

    def __str__(self) -> str:
        return f"log-normal, {self.median:g} within a factor of {self.factor:g}"


Prior: TypeAlias = Uniform | LogUniform | Normal | LogNormal


def value_at(prior: Prior, place: float) -> float:
    """The parameter at a coordinate."""
    return math.exp(place) if prior.logarithmic else place


def coordinate(prior: Prior, value: float) -> float:
    """The coordinate of a parameter, moved inside the prior's ends."""
    low, high = prior.bounds
    if prior.logarithmic:
        value = math.log(value) if value > 0 else low
    margin = 1e-6 * (high - low)
    return min(max(value, low + margin), high - margin)


def _rising(low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise StudyError("a prior has a lower end below its upper one", found=f"{low!r} and {high!r}")


def _positive(value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise StudyError("a prior of a logarithm, and a standard deviation, are positive", found=repr(value))
