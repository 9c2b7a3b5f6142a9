"""Options of commands that take volumes."""

from __future__ import annotations

import re

import click

VOLUME = (
    click.option("--pixel-size", help="Of slices of another program, for example '10 um'."),
    click.option(
        "--grey",
        help="Of such slices: attenuation of the first and the last grey level, '0:12 cm-1', or of one level, '0.05 cm-1'.",
    ),
    click.option("--energy", "photon_energy", help="Of the X-rays, where the volumes do not say it: '45 keV'."),
)


def box(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None:
    """A box of voxels, written ``z0:z1,y0:y1,x0:x1``."""
    if value is None:
        return None
    found = [re.fullmatch(r"\s*(\d+)\s*:\s*(\d+)\s*", part) for part in value.split(",")]
    ends = [(int(one[1]), int(one[2])) for one in found if one is not None]
    if len(found) != 3 or len(ends) != 3 or any(first >= last for first, last in ends):
        raise click.BadParameter(f"{value!r} is not a box of voxels such as 0:20,100:200,100:200 (z, y, x)")
    return ends[0], ends[1], ends[2]


def attenuation_range(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, str] | None:
    """Two attenuations with one unit, written ``5:20 cm-1``."""
    if value is None:
        return None
    found = re.fullmatch(r"\s*([-+0-9.eE]+)\s*:\s*([-+0-9.eE]+)\s*(\S.*)", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a range of attenuation such as '5:20 cm-1'")
    return f"{found[1]} {found[3]}", f"{found[2]} {found[3]}"
