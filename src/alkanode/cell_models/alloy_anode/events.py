"""What ends a run: limits of voltage, loss of all contact, a short. Contact loss and a short are different things.

Contact is lost where the liquid (and every island) has left the interface while it is stripped: the voltage runs away. That is
read off the contact share afterwards; the run goes on until a limit of voltage, or until the interface is open.
A short is metal through the electrolyte: the plating current per *touching* area exceeds a local critical current density.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alkanode.cell_models.alloy_anode.names import FAILURE_ENDS, LOWER_VOLTAGE, UPPER_VOLTAGE
from alkanode.cell_models.host import pybamm

OPEN = 1e-4
"""Contact share at which the interface counts as open and no current can be driven."""

LOST = 0.1
"""Share of the fresh contact below which contact counts as lost, while current still passes."""

CUT_OFF = "Cut-off voltage [V]"
SHORT = "Short circuit current density [A.m-2]"

UPPER, LOWER = "Maximum voltage [V]", "Minimum voltage [V]"
CONTACT_WORKING, CONTACT_COUNTER = "Open interface", "Open interface of counter electrode"
SHORT_WORKING, SHORT_COUNTER = "Short", "Short from counter electrode"

MEANING: Mapping[str, tuple[str, str]] = {
    UPPER: ("voltage_limit", ""),
    LOWER: ("voltage_limit", ""),
    CONTACT_WORKING: ("infeasible", "working"),
    CONTACT_COUNTER: ("infeasible", "counter"),
    SHORT_WORKING: ("short", "working"),
    SHORT_COUNTER: ("short", "counter"),
}
"""Event of the model -> its name in a history, and the electrode."""


def event_expressions(
    voltage: Any,
    current: Any,
    contacts: Mapping[str, Any],
    focus: Mapping[str, Any],
    *,
    switched: bool,
    get: Any,
) -> dict[str, Any]:
    """Expressions that are positive until their event.

    Parameters
    ----------
    voltage, current
        V, and A m-2 (positive strips the working electrode).
    contacts
        Contact event -> (contact share, current density that strips this electrode).
    focus
        Short event -> plating current density per touching area, A m-2.
    switched
        Whether inputs set the limits (else the cut-off voltage does, both ways).
    get
        Gives the symbol of a parameter.
    """
    pb = pybamm()
    found: dict[str, Any] = {}
    if switched:
        found[UPPER] = pb.InputParameter(UPPER_VOLTAGE) - voltage
        found[LOWER] = voltage - pb.InputParameter(LOWER_VOLTAGE)
    else:
        found[UPPER] = get(CUT_OFF) - voltage
        found[LOWER] = voltage + get(CUT_OFF)
    ends = pb.InputParameter(FAILURE_ENDS) if switched else 1
    for name, (share, stripping) in contacts.items():
        found[name] = share - OPEN * ends + (stripping <= 0)
    for name, density in focus.items():
        found[name] = 1 - ends * density / get(SHORT)
    return found
