"""A cell and a protocol in, a history out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import xarray as xr

from alkanode.cell_models.alloy_anode.inventory import AREA, cell_parameters, metals, model_values
from alkanode.cell_models.alloy_anode.names import BOUND_POTASSIUM, INITIAL_POTASSIUM, INITIAL_SODIUM
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions, Counter
from alkanode.cell_models.alloy_anode.thermodynamics import thermodynamic_values
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol
from alkanode.foundation.errors import StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.materials.alloys import Alloy
from alkanode.materials.elements import element

if TYPE_CHECKING:
    from alkanode.cell_models.alloy_anode.model import AlloyAnode

OnFailure = Literal["return", "raise"]
Outputs: TypeAlias = Literal["standard", "all", "least"]
MODELS = ("alloy-anode",)


def simulate(
    model: AlloyAnode | str,
    cell: Cell | str,
    protocol: Any,
    parameters: str | ParameterSet = "Wu2025",
    *,
    options: AlloyAnodeOptions | None = None,
    outputs: Outputs = "standard",
    keep_states: bool = False,
    progress: Progress | None = None,
    on_failure: OnFailure = "return",
) -> xr.DataTree:
    """Run a protocol on a model of a cell.

    Parameters
    ----------
    model
        ``"alloy-anode"``, or an :class:`AlloyAnode`, whose physics is then used.
    cell
        The cell, or the name of its alloy (``"NaK50"``) for a cell as the parameter set has it. What the cell states (area,
        mass, thickness, temperature, pressure, electrolyte, carbon uptake) overrules the set. A counter electrode of an
        alloy makes a symmetric cell, one of sodium, or none, stands for sodium metal.
    protocol
        A :class:`~alkanode.data.Protocol`, or texts such as ``["Strip at 0.25 mA cm-2 until 1 V"]``.
    parameters
        Name of a shipped set, path of a file, or a :class:`ParameterSet`.
    options
        Physics and mesh; by default that of the model, or the default options with the counter electrode of the cell.
    outputs
        ``"standard"``: profiles over depth at some 24 times of each step; ``"all"``: in every row; ``"least"``: first and
        last only, and no rows beside the integrator's (for fits).
    keep_states
        Whether the states of the equations are kept in a node ``solution``; what :func:`operando_impedance` needs.
    progress
        Told of every finished step.
    on_failure
        What becomes of a failing integrator: ``"return"`` (default) gives what was reached, with an event that says why.

    Returns
    -------
    DataTree
        ``cycling`` (kind ``cycling``: ``time``, ``voltage``, ``current``, ``current_setpoint``, ``charge``, ``step``,
        ``cycle``, ``control_mode`` over row, as the integrator stepped and finer where the voltage bends, with two rows at the boundary of
        two steps);
        ``states`` (kind ``simulated_states``, of the working electrode); ``interface`` (kind ``simulated_interface``);
        ``impedance`` where the protocol asks; ``events`` (kind ``simulated_events``: ``voltage_limit``, ``capacity``,
        ``duration``, ``contact_loss``, ``short``, ``solver_failure``); ``balances``; ``parameters``. Voltage, current and
        charge have the sign of the instrument (positive oxidises its working electrode), everything else that of the alloy
        (positive strips it). ``attrs`` name the model, its options, the parameter set, what of it was fitted or assumed,
        versions, sources, and ``alloy_mass`` (kg).

    Raises
    ------
    StudyError
        For an unknown model or parameter, a protocol without steps or ends, and a counter electrode that the model lacks.
    PhysicsError
        For an alloy of other metals, one that does not fit into its cloth, or a temperature outside the assessment.
    ConvergenceError
        When the integrator fails and ``on_failure`` is ``"raise"``.
    MissingExtraError
        Without PyBaMM.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Examples
    --------
    >>> run = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 until 1 V"])
    >>> capacity = run["cycling"]["charge"].values[-1] / run.attrs["alloy_mass"] / 3600
    >>> bool(480 < capacity < 500)
    True
    """
    from alkanode.cell_models.simulation.engine import built
    from alkanode.cell_models.simulation.failures import error_of
    from alkanode.cell_models.simulation.history import history
    from alkanode.cell_models.simulation.stepping import Runner

    _choices(outputs, on_failure)
    made = cell if isinstance(cell, Cell) else Cell(anode=cell)
    physics = _physics(model, options, made)
    steps = protocol if isinstance(protocol, Protocol) else Protocol.from_text(protocol)
    steps.require_ends()
    if made.alloy is None:
        raise StudyError(
            "the anode is an alloy of known metals", found=repr(made.anode.name), todo="For example 'NaK50'"
        )
    alloy = metals(made.alloy)
    numbers = cell_parameters(load_parameters(parameters), made)
    thermodynamic_values(numbers["Temperature [K]"].at(alloy))
    opposite = made.counter.material if physics.counter == "alloy" and made.counter is not None else None
    values = model_values(numbers, alloy, counter_alloy=opposite if isinstance(opposite, Alloy) else None, cell=made)
    engine = built(physics)
    report = progress or NoProgress()
    runner = Runner(engine, values, values[AREA])
    tape = runner.run(steps, lambda done, total: report.update(done, total, "steps"))
    failed = [one for one in tape.happenings if one.name == "solver_failure"]
    if failed and on_failure == "raise":
        raise error_of(failed[0], len(steps.steps))
    tree = history(
        tape,
        engine,
        values,
        numbers,
        alloy,
        sign=1 if made.anode_role == "working" else -1,
        outputs=outputs,
        keep_states=keep_states,
        attrs={
            "alloy": alloy.name,
            "cell": made.name,
            "area": values[AREA],
            "alloy_mass": _mass(values),
            "temperature": values["Temperature [K]"],
            "protocol": "\n".join(steps.to_text()),
        },
    )
    return tree


def _mass(values: dict[str, float]) -> float:
    """Alloy of one electrode, kg, with the potassium that carbon has bound."""
    per_volume = values[INITIAL_SODIUM] * element("Na").molar_mass.value
    per_volume += (values[INITIAL_POTASSIUM] + values[BOUND_POTASSIUM]) * element("K").molar_mass.value
    return per_volume * values[AREA] * values["Cloth thickness [m]"]


def _choices(outputs: str, on_failure: str) -> None:
    for name, value, kind in (("outputs", outputs, Outputs), ("on_failure", on_failure, OnFailure)):
        if value not in get_args(kind):
            raise StudyError(f"{name} is one of {', '.join(map(repr, get_args(kind)))}", found=repr(value))


def _physics(model: AlloyAnode | str, options: AlloyAnodeOptions | None, cell: Cell) -> AlloyAnodeOptions:
    """Options of a run: the given ones, those of the model, or the default with the counter electrode of the cell."""
    if options is not None:
        return options
    if not isinstance(model, str):
        found = getattr(model, "physics", None)
        if not isinstance(found, AlloyAnodeOptions):
            raise StudyError("a model is a name or an AlloyAnode", found=type(model).__name__)
        return found
    if model not in MODELS:
        raise StudyError(f"a model is one of {', '.join(map(repr, MODELS))}", found=repr(model))
    return AlloyAnodeOptions(counter=_counter(cell))


def _counter(cell: Cell) -> Counter:
    if cell.counter is None:
        return "sodium metal"
    material = cell.counter.material
    if isinstance(material, Alloy):
        return "alloy" if "K" in material.composition.elements else "sodium metal"
    raise StudyError(
        "the counter electrode of this model is sodium metal or an alloy",
        found=repr(material),
        todo="For a reference electrode give options=AlloyAnodeOptions(counter='reference')",
    )
