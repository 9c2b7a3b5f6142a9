"""One cell on one built model, without a history."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from alkanode.cell_models.alloy_anode.inventory import AREA, THICKNESS, cell_parameters, metals, model_values
from alkanode.cell_models.alloy_anode.names import BOUND_POTASSIUM, INITIAL_POTASSIUM, INITIAL_SODIUM
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.observables.quick_run import QuickRun
from alkanode.cell_models.parameters import ParameterSet
from alkanode.cell_models.simulation.engine import BuiltModel, built
from alkanode.cell_models.simulation.stepping import Runner
from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol
from alkanode.foundation.errors import ExtrapolationWarning, StudyError
from alkanode.materials.alloys import Alloy
from alkanode.materials.elements import element

Floats = npt.NDArray[np.float64]

HALF_CYCLE = "Half-cycle time of current ramp [s]"
CUT_OFF = "Cut-off voltage [V]"

CURRENT_RANGE = (1e-2, 1e3)
"""A m-2. A critical stripping current is looked for in it."""


class QuickCell:
    """A cell whose protocols are run on a built model without keeping more than its states.

    Parameters
    ----------
    cell
        The cell, or the name of its alloy.
    parameters
        The set; what the cell states overrules it.
    options
        Physics and mesh.

    Attributes
    ----------
    values
        Name -> number, of everything that the model needs.
    alloy_mass
        kg, of the working electrode.
    model
        The built model, shared with every other cell of the same options.

    Raises
    ------
    StudyError
        For a cell without an alloy, and a set that lacks parameters.
    PhysicsError
        For an alloy of other metals or one that does not fit into its cloth.
    """

    def __init__(
        self, cell: Cell | Alloy | str, parameters: ParameterSet, *, options: AlloyAnodeOptions | None = None
    ) -> None:
        made = cell if isinstance(cell, Cell) else Cell(anode=cell)
        if made.alloy is None:
            raise StudyError("the anode is an alloy of known metals", found=repr(made.anode.name))
        self.parameters = cell_parameters(parameters, made)
        with warnings.catch_warnings():  # said once, by whoever loads the set
            warnings.simplefilter("ignore", ExtrapolationWarning)
            self.values: Mapping[str, float] = model_values(self.parameters, metals(made.alloy), cell=made)
        self.model: BuiltModel = built(options or AlloyAnodeOptions())
        self.area = self.values[AREA]
        per_volume = self.values[INITIAL_SODIUM] * element("Na").molar_mass.value
        per_volume += (self.values[INITIAL_POTASSIUM] + self.values[BOUND_POTASSIUM]) * element("K").molar_mass.value
        self.alloy_mass = per_volume * self.area * self.values[THICKNESS]

    def run(self, protocol: Protocol) -> QuickRun:
        """Run a protocol.

        Parameters
        ----------
        protocol
            Every step needs an end.

        Returns
        -------
        QuickRun
        """
        tape = Runner(self.model, self.values, self.area).run(protocol, lambda done, total: None)
        return QuickRun(tape, protocol, self.model, area=self.area, alloy_mass=self.alloy_mass)

    def stripped(self, current_density: float, *, voltage: float | None = None) -> float:
        """Areal charge (C m-2) at a constant current density (A m-2) until a voltage (V; by default the set's cut-off)."""
        limit = self.values[CUT_OFF] if voltage is None else voltage
        return self.run(Protocol.critical_stripping(current_density, limit)).areal_capacity

    def critical_stripping_current(self, duration: float | None = None) -> float:
        """Largest constant current density (A m-2) that a fresh cell strips for a time without reaching the cut-off.

        Parameters
        ----------
        duration
            s; by default the half-cycle time of the parameter set.

        Raises
        ------
        StudyError
            When no current between 1e-2 and 1e3 A m-2 does.
        """
        span = self.values[HALF_CYCLE] if duration is None else duration

        def spare(log_current: float) -> float:
            current = math.exp(log_current)
            return math.log(max(self.stripped(current), 1e-9) / current / span)

        low, high = (math.log(end) for end in CURRENT_RANGE)
        if spare(low) < 0 or spare(high) > 0:
            raise StudyError(
                f"a cell reaches its cut-off after {span:.3g} s at some current from 0.01 to 1000 A m-2", found="none"
            )
        return math.exp(float(brentq(spare, low, high, xtol=1e-4, rtol=1e-6)))
