"""``alkanode tomography``: scans of a tomograph, from projections to grains of change; one command per question."""

from __future__ import annotations

import click

from alkanode.cli.lazy import LazyGroup

_HERE = "alkanode.cli.tomography"

_COMMANDS = {
    "attenuation": (f"{_HERE}.attenuation:attenuation", "Attenuation of materials by two tables, and as printed."),
    "axis": (f"{_HERE}.axis:axis", "Rotation axis of a scan by several methods, or why they do not agree."),
    "demo": (f"{_HERE}.demo:demo", "A virtual series of scans through the whole path, beside its truth."),
    "difference": (f"{_HERE}.difference:difference", "What changed between two volumes, and from which threshold on."),
    "export": (f"{_HERE}.export:export", "A volume as TIFF or OME-Zarr for other programs."),
    "grains": (f"{_HERE}.grains:grains", "Grains of change, their depth, and what only moved."),
    "inspect": (f"{_HERE}.inspect:inspect", "Every defect of every scan at once."),
    "reconstruct": (f"{_HERE}.reconstruct:reconstruct", "One scan from raw frames to a volume; resumable."),
    "series": (f"{_HERE}.series:series", "A series of scans: volumes, registration, changes, grains; resumable."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def tomography() -> None:
    """Scans of a tomograph: from projections to grains of change."""
