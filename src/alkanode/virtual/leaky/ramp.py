"""A ramp of current on a cell that shorts at a known current density: the answer that a critical current must recover."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol, Step
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.leaky.cell import LeakyCell, LeakyRun
from alkanode.virtual.leaky.physics import Filament, LeakyPhysics


def current_ramp(
    levels: Sequence[float],
    *,
    duration: float | None = None,
    areal_capacity: float | None = None,
    rest: float = 0.0,
) -> Protocol:
    """A protocol of rising currents, both polarities at each level.

    Parameters
    ----------
    levels
        Current densities, A m-2, rising.
    duration
        s per half cycle: a ramp of constant time.
    areal_capacity
        C m-2 per half cycle: a ramp of constant capacity. One of the two is given.
    rest
        s after each half cycle.

    Returns
    -------
    Protocol
        Rest, then strip and plate at each level.

    Raises
    ------
    PhysicsError
        For levels that do not rise from above 0, or without exactly one of duration and capacity.
    """
    if not levels or levels[0] <= 0 or any(low >= high for low, high in pairwise(levels)):
        raise PhysicsError("a ramp has levels that rise from above 0", found=str(list(levels)))
    if (duration is None) == (areal_capacity is None):
        raise PhysicsError("a half cycle of a ramp has a duration or a capacity, and not both")
    steps = [Step(kind="rest", duration=max(rest, 60.0))]
    for level in levels:
        for kind in ("strip", "plate"):
            steps.append(
                Step(
                    kind="strip" if kind == "strip" else "plate",
                    current_density=level,
                    duration=duration,
                    areal_capacity=areal_capacity,
                )
            )
            if rest > 0:
                steps.append(Step(kind="rest", duration=rest))
    return Protocol(tuple(steps))


def shorting_ramp(
    cell: Cell,
    levels: Sequence[float],
    *,
    critical: float,
    seed: int,
    duration: float | None = None,
    areal_capacity: float | None = None,
    rest: float = 0.0,
    interval: float = 10.0,
    wire: float = 1.0,
) -> LeakyRun:
    """A ramp record whose cell shorts at a known current density.

    Parameters
    ----------
    cell
        Gives the area and which lead the anode is on.
    levels, duration, areal_capacity, rest
        As :func:`current_ramp`.
    critical
        A m-2. A filament grows only above it, and crosses in the first half cycle of the first level above.
    seed
        Seed of the cell.
    interval
        s between samples.
    wire
        Resistance of the short, ohm.

    Returns
    -------
    LeakyRun
        Record without noise (see :func:`alkanode.virtual.through_instrument`). ``truth.attrs`` also hold
        ``last_passed`` and ``first_failed`` (A m-2; NaN where there is none: the first level shorts, or none does).

    Raises
    ------
    PhysicsError
        As :func:`current_ramp`, or when ``critical`` is not positive.
    """
    protocol = current_ramp(levels, duration=duration, areal_capacity=areal_capacity, rest=rest)
    if critical <= 0:
        raise PhysicsError("a critical current density is positive", found=f"{critical:g} A m-2")
    passed = [level for level in levels if level <= critical]
    failed = [level for level in levels if level > critical]
    filament = None
    if failed:
        time = duration if duration is not None else (areal_capacity or 0.0) / failed[0]
        capacity = 0.5 * (failed[0] - critical) * time
        filament = Filament(critical=critical, capacity=capacity, wire=wire, retraction=0.0, scatter=0.0)
    bench = LeakyCell(cell=cell, physics=LeakyPhysics(scatter=0.0, filament=filament), seed=seed)
    run = bench.run(protocol, interval=interval)
    run.truth.attrs.update(
        last_passed=passed[-1] if passed else float("nan"), first_failed=failed[0] if failed else float("nan")
    )
    return run
