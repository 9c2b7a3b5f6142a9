"""``alkanode impedance map``."""

from __future__ import annotations

from typing import Any

import click

from alkanode.cli.impedance.options import CHECKS, INVERSION, execute, options


@click.command("map")
@options(*INVERSION, *CHECKS)
def operando_map(**options: Any) -> None:
    """Map of relaxation times over charge (or time, where no charge moves)."""
    from alkanode.studies.impedance.whole import impedance_part

    execute(impedance_part, **options)
