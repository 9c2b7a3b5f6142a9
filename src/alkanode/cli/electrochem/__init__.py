"""``alkanode electrochem``: what a cycler measured, reduced; one command per test."""

from __future__ import annotations

import click

from alkanode.cli.lazy import LazyGroup

_HERE = "alkanode.cli.electrochem"

_COMMANDS = {
    "cv": (f"{_HERE}.cv:cv", "Cyclic voltammetry: resistance, charges, stripping peak."),
    "ccd": (f"{_HERE}.ccd:ccd", "Critical current density from a ramp; replicates and their Weibull law."),
    "cycling": (f"{_HERE}.cycling:cycling", "Overpotential over many cycles, and its growth."),
    "failures": (f"{_HERE}.failures:failures", "Shorts and loss of contact, each with its evidence."),
    "fullcell": (f"{_HERE}.fullcell:fullcell", "Full and half cells: capacities, fade, rates, dQ/dU, plateaus."),
    "profile": (f"{_HERE}.profile:profile", "Spike, plateaus, ramp or arch of each half cycle."),
    "staircase": (f"{_HERE}.staircase:staircase", "Levels of a current staircase and the current that fails."),
    "stripping": (f"{_HERE}.stripping:stripping", "Capacity stripped when the voltage passes a cut-off."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def electrochem() -> None:
    """Tests that a cycler runs on a cell."""
