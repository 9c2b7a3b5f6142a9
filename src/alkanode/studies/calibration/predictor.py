"""Data from a model with some of its parameters changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions, Counter
from alkanode.cell_models.parameters import ParameterSet
from alkanode.data.cell import Cell
from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.materials.alloys import Alloy
from alkanode.studies.calibration.data import Datum

if TYPE_CHECKING:
    from alkanode.cell_models.observables.quick_cell import QuickCell

Floats = npt.NDArray[np.float64]


class Predictor:
    """What the model gives for data.

    Parameters
    ----------
    data
        The data; those of one cell and protocol share a run.
    parameters
        The set whose numbers are changed.
    options
        Physics and mesh; by default that of each cell's counter electrode.
    """

    def __init__(self, data: Sequence[Datum], parameters: ParameterSet, options: AlloyAnodeOptions | None) -> None:
        self.data = tuple(data)
        self.parameters = parameters
        self.options = options
        self.runs = 0
        self._groups: list[tuple[Datum, list[int]]] = []
        for place, one in enumerate(self.data):
            for first, members in self._groups:
                if one.cell == first.cell and one.steps == first.steps:
                    members.append(place)
                    break
            else:
                self._groups.append((one, [place]))

    def predict(self, values: Mapping[str, float]) -> list[Floats]:
        """The data with some parameters changed; NaN where the model cannot be run with them."""
        parameters = self.parameters.replace(values) if values else self.parameters
        found: list[Floats] = [np.full_like(one.si, np.nan) for one in self.data]
        for first, members in self._groups:
            try:
                made = self._cell(first.cell, parameters)
                run = None if first.steps is None else made.run(first.steps)
                self.runs += 1
                for place in members:
                    datum = self.data[place]
                    if run is None:
                        found[place] = np.array([made.critical_stripping_current()])
                    elif datum.charge is not None:
                        found[place] = _at_charges(*run.voltage()[1:], datum.charge)
                    elif run.end != "solver_failure":
                        found[place] = np.array([float(getattr(run, datum.observable))])
            except (PhysicsError, StudyError):
                continue
        return found

    def residuals(self, values: Mapping[str, float]) -> Floats:
        """(datum,) differences in standard errors, curves point by point; NaN where the model cannot be run."""
        predicted = self.predict(values)
        return np.concatenate([one.residual(value) for one, value in zip(self.data, predicted, strict=True)])

    def _cell(self, cell: Cell | str, parameters: ParameterSet) -> QuickCell:
        from alkanode.cell_models.observables.quick_cell import QuickCell

        return QuickCell(cell, parameters, options=self.options or AlloyAnodeOptions(counter=_counter(cell)))


def _counter(cell: Cell | str) -> Counter:
    if isinstance(cell, Cell) and cell.counter is not None and isinstance(cell.counter.material, Alloy):
        return "alloy" if "K" in cell.counter.material.composition.elements else "sodium metal"
    return "sodium metal"


def _at_charges(charge: Floats, voltage: Floats, wanted: Floats) -> Floats:
    """Voltage at charges; beyond the end of the run its last voltage, the limit that it reached."""
    return np.interp(wanted, np.maximum.accumulate(charge), voltage)
