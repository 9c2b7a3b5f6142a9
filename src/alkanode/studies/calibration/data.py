"""What a model is calibrated on: a number or a curve of one cell under one protocol, with its standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.observables.names import OBSERVABLES
from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.protocol import Protocol
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import StudyError
from alkanode.foundation.units import to_si

Floats = npt.NDArray[np.float64]

_QUANTITY = {
    "specific_capacity": "specific_capacity",
    "areal_capacity": "areal_capacity",
    "duration": "time",
    "critical_current_density": "current_density",
    "critical_stripping_current": "current_density",
    "voltage": "voltage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """A measured number.

    Attributes
    ----------
    cell
        A :class:`~alkanode.data.Cell`, or the name of its alloy.
    protocol
        A :class:`~alkanode.data.Protocol` or texts; empty for ``"critical_stripping_current"``, which makes its own.
    observable
        One of :data:`~alkanode.cell_models.observables.names.OBSERVABLES`.
    value
        SI number or text with a unit (``"400 mAh g-1"``); for ``"voltage"`` an array at ``charge``.
    standard_error
        As the value: of one measurement, between cells if cells scatter. With ``logarithmic`` a share (0.13).
    logarithmic
        Whether errors are factors: residuals are then differences of logarithms.
    charge
        For ``"voltage"``: areal charge stripped, C m-2.
    name
        For tables; by default the alloy and the observable.
    """

    cell: Cell | str
    protocol: Any
    observable: str
    value: Any
    standard_error: Any
    logarithmic: bool = False
    charge: Floats | None = None
    name: str = ""
    si: Floats = field(init=False, repr=False)
    error: Floats = field(init=False, repr=False)
    steps: Protocol | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.observable not in OBSERVABLES:
            raise StudyError(f"an observable is one of {', '.join(OBSERVABLES)}", found=repr(self.observable))
        if (self.observable == "voltage") != (self.charge is not None):
            raise StudyError(
                "a voltage has the charges at which it was measured, and nothing else has", found=self.observable
            )
        value = self._si(self.value)
        error = np.broadcast_to(
            np.atleast_1d(np.asarray(self.standard_error, dtype=float))
            if self.logarithmic
            else self._si(self.standard_error),
            value.shape,
        )
        if not np.isfinite(value).all() or not (np.isfinite(error) & (error > 0)).all():
            raise StudyError(
                "a datum is finite, and its standard error positive: a fit cannot do without one",
                found=f"{self.value!r} with {self.standard_error!r}",
            )
        if self.logarithmic and (value <= 0).any():
            raise StudyError("a datum whose errors are factors is positive", found=repr(self.value))
        own = self.observable == "critical_stripping_current"
        steps = (
            None if own else self.protocol if isinstance(self.protocol, Protocol) else Protocol.from_text(self.protocol)
        )
        if steps is not None:
            steps.require_ends()
        object.__setattr__(self, "si", value)
        object.__setattr__(self, "error", np.array(error))
        object.__setattr__(self, "steps", steps)

    def _si(self, value: Any) -> Floats:
        if isinstance(value, str):
            return np.array([to_si(value, _QUANTITY[self.observable])])
        return np.atleast_1d(np.asarray(value, dtype=float))

    @property
    def label(self) -> str:
        """Its name for tables."""
        alloy = self.cell.anode.name if isinstance(self.cell, Cell) else self.cell
        return self.name or f"{alloy} {self.observable.replace('_', ' ')}"

    def residual(self, predicted: Floats) -> Floats:
        """Difference of prediction and measurement in standard errors."""
        if self.logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(np.log(np.maximum(predicted, 0) / self.si) / self.error)
        return np.asarray((predicted - self.si) / self.error)


def voltage_datum(
    cell: Cell | str,
    protocol: Any,
    record: RecordLike,
    *,
    area: float | str,
    standard_error: float | str = 0.01,
    points: int = 30,
) -> Datum:
    """A measured voltage trace as a datum.

    Parameters
    ----------
    cell, protocol
        As of :class:`Datum`; the protocol has one step with current.
    record
        Kind ``cycling``; positive current strips.
    area
        m2, or text.
    standard_error
        V. A model is wrong along a whole curve, not at single points: neighbouring points are not independent, and a small
        error makes a posterior that pretends to know. The default, 10 mV, is the size of what the models leave out.
    points
        Kept, evenly in charge. Few, for the same reason.

    Raises
    ------
    StudyError
        For a record without charge that rises.
    """
    found = check(record, "cycling")
    charge = passed_charge(found)[0] / to_si(area, "area")
    volts = found["voltage"].to_numpy()
    if charge.size < 2 or not charge[-1] > charge[0]:
        raise StudyError("a record that strips the anode is needed", found="no charge that rises")
    rising = np.maximum.accumulate(charge)
    wanted = np.linspace(rising[0], rising[-1], points + 1)[1:]
    return Datum(
        cell=cell,
        protocol=protocol,
        observable="voltage",
        value=np.interp(wanted, rising, volts),
        standard_error=to_si(standard_error, "voltage"),
        charge=wanted,
        name="voltage trace",
    )


def read_data(given: Sequence[Any]) -> tuple[Datum, ...]:
    """Data from :class:`Datum` objects, tuples (cell, protocol, observable, value, standard error), and mappings.

    Raises
    ------
    StudyError
        For none, or one that is neither.
    """
    found = []
    for one in given:
        if isinstance(one, Datum):
            found.append(one)
        elif isinstance(one, dict):
            found.append(Datum(**one))
        elif isinstance(one, tuple) and len(one) == 5:
            found.append(
                Datum(**dict(zip(("cell", "protocol", "observable", "value", "standard_error"), one, strict=True)))
            )
        else:
            raise StudyError("a datum is (cell, protocol, observable, value, standard error)", found=repr(one)[:80])
    if not found:
        raise StudyError("a calibration needs data", found="none")
    return tuple(found)


def log_errors(data: Sequence[Datum]) -> float:
    """Sum of the logarithms of the standard errors; of a logarithmic datum with its value, so that likelihoods compare."""
    total = 0.0
    for one in data:
        total += float(np.log(one.error).sum())
        if one.logarithmic:
            total += float(np.log(one.si).sum())
    return total if math.isfinite(total) else math.inf
