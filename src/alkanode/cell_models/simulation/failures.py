"""What a run says when it ends otherwise than planned."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.alloy_anode import events
from alkanode.cell_models.simulation.tape import Happening
from alkanode.foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

_WORDS = {
    events.UPPER: "the voltage reached its upper limit",
    events.LOWER: "the voltage reached its lower limit",
    events.CONTACT_WORKING: "no current passes: the interface of the alloy is open",
    events.CONTACT_COUNTER: "no current passes: the interface of the counter electrode is open",
    events.SHORT_WORKING: "plating on the alloy focused beyond the local critical current density",
    events.SHORT_COUNTER: "plating on the counter electrode focused beyond the local critical current density",
}


def happening_of(event: str, *, time: float, step: int, row: int) -> Happening:
    """The happening of an event of the model."""
    name, electrode = events.MEANING[event]
    return Happening(time=time, name=name, electrode=electrode, step=step, reason=_WORDS[event], row=row)


def contact_losses(
    time: Floats, step: npt.NDArray[Any], contact: Floats, counter: Floats, stripping: npt.NDArray[np.bool_]
) -> list[Happening]:
    """Where contact falls below a tenth of the fresh one while it is stripped, each time that it does.

    Parameters
    ----------
    time, step
        (row,) s, and number of the protocol's step.
    contact, counter
        (row,) contact shares of the working and of the counter electrode.
    stripping
        (row,) whether current strips the working electrode; else the counter electrode is looked at.
    """
    found = []
    for electrode, share, its in (("working", contact, stripping), ("counter", counter, ~stripping)):
        lost = (share < events.LOST * share[0]) & its if share[0] > 0 else np.zeros(share.size, dtype=bool)
        for row in np.flatnonzero(np.diff(lost.astype(np.int8), prepend=0) == 1):
            found.append(
                Happening(
                    time=float(time[row]),
                    name="contact_loss",
                    electrode=electrode,
                    step=int(step[row]),
                    reason="contact fell below a tenth of the fresh interface",
                    row=int(row),
                )
            )
    return found


def solver_failure(complaint: str, *, time: float, step: int, row: int) -> Happening:
    """The happening of an integrator that gave up."""
    return Happening(time=time, name="solver_failure", electrode="", step=step, reason=complaint, row=row)


def error_of(happening: Happening, steps: int) -> ConvergenceError:
    """The error of a run that was to raise."""
    return ConvergenceError(
        f"the integrator reaches the end of step {happening.step + 1} of {steps}",
        found=f"{happening.reason} after {happening.time:.6g} s",
        todo="Call simulate with on_failure='return' to see what was reached",
    )
