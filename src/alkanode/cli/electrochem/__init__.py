"""``alkanode electrochem``: what a cycler measured, reduced; one command per test."""

from __future__ import annotations

import click

from alkanode.cli.lazy import LazyGroup

_HERE = "alkanode.cli.electrochem"

_COMMANDS = {
    "failures": (f"{_HERE}.failures:failures", "Shorts and loss of contact, each with its evidence."),
    "stripping": (f"{_HERE}.stripping:stripping", "Capacity stripped when the voltage passes a cut-off."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def electrochem() -> None:
    """Tests that a cycler runs on a cell."""
