"""Options that commands on scans share, and their course."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.output import emit, json_option, output_option
from alkanode.cli.thermo.options import texts_by_name

if TYPE_CHECKING:
    from alkanode.studies import Part
    from alkanode.studies.tomography.commands.scan_choice import ScanChoice
    from alkanode.tomography.corrections import Corrections

Function = Callable[..., Any]
Option = Callable[[Function], Function]

_LARGEST_HASHED = 2**28
"""Bytes up to which an input is hashed; a scan of tens of gigabytes would take minutes."""


def row_range(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """First and last-plus-one row, written ``100:450``."""
    if value is None:
        return None
    found = re.fullmatch(r"\s*(\d+)\s*:\s*(\d+)\s*", value)
    if found is None or int(found[1]) >= int(found[2]):
        raise click.BadParameter(f"{value!r} is not a first and a last-plus-one row such as 100:450")
    return int(found[1]), int(found[2])


def column_range(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[float, float] | None:
    """First and last detector column, written ``280:310``."""
    if value is None:
        return None
    found = re.fullmatch(r"\s*(\d+\.?\d*)\s*:\s*(\d+\.?\d*)\s*", value)
    if found is None or float(found[1]) >= float(found[2]):
        raise click.BadParameter(f"{value!r} is not a first and a last column such as 280:310")
    return float(found[1]), float(found[2])


SCAN = (
    click.option("--pixel-size", help="Where the file does not say it, for example '1.3 um'."),
    click.option("--energy", "photon_energy", help="Of the X-rays, where the file does not say it: '45 keV'."),
    click.option("--flats", help="File or folder of flats that lie apart; FILE::DATASET in HDF5."),
    click.option("--flats-after", help="Flats taken after the projections, as --flats."),
    click.option("--darks", help="File or folder of darks that lie apart."),
    click.option(
        "--angles", help="File of angles, or a range: '0:180 deg' with its end, '0:<360 deg' without the last step."
    ),
    click.option("--angle-unit", type=click.Choice(["deg", "rad"]), default=None, help="Where a file does not say it."),
    click.option("--entry", default="", help="Entry of a file that holds several scans."),
    click.option(
        "--datasets",
        multiple=True,
        metavar="NAME=PATH",
        help="Places in HDF5 of no known layout: counts=..., flats=..., darks=..., angles=..., image_key=...; may stand "
        "several times.",
    ),
    click.option("--sinograms", is_flag=True, help="The images are sinograms, one per detector row."),
    click.option(
        "--full-transmission",
        "full",
        type=click.FloatRange(min=0, min_open=True),
        help="The readings are transmissions already, and this reading is 1: then there are no flats and darks.",
    ),
)

CORRECTIONS = (
    click.option(
        "--stripes",
        type=click.Choice(["steady", "all", "sorting", "filtering", "large", "dead", "none"]),
        default="steady",
        show_default=True,
        help="Removal of stripes, which make rings; the ways of Vo (all, sorting, ...) also take detail near the axis.",
    ),
    click.option(
        "--zinger-threshold",
        type=click.FloatRange(min=0),
        default=6.0,
        show_default=True,
        help="Flashes stand out by so many standard deviations; 0 leaves them.",
    ),
    click.option(
        "--flat-counts", type=click.FloatRange(min=0, min_open=True), help="Of the open beam, for a scan without flats."
    ),
)

ROWS = click.option(
    "--rows", metavar="A:B", callback=row_range, help="First and last-plus-one detector row; default all."
)
SEARCH = click.option(
    "--search",
    metavar="A:B",
    callback=column_range,
    help="Columns between which the axis lies; default the middle half of the detector.",
)
TOLERANCE = click.option(
    "--tolerance",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Pixels by which methods may differ about the axis.",
)


def stacked(*settings: Option) -> Option:
    """Options of a command, in the order in which help shows them."""

    def decorate(function: Function) -> Function:
        for option in reversed(settings):
            function = option(function)
        return function

    return decorate


def tomography_options(*settings: Option) -> Option:
    """Options of a command, with ``--json`` and ``-o`` after them."""
    return stacked(*settings, json_option, output_option)


def scan_of(
    path: Path,
    *,
    datasets: Sequence[str] = (),
    angle_unit: str | None = None,
    **options: Any,
) -> ScanChoice:
    """The scan that the options describe.

    Raises
    ------
    BadParameter
        For ``--datasets`` that are not ``NAME=PATH``.
    """
    from alkanode.studies.tomography.commands.scan_choice import ScanChoice

    places = texts_by_name(datasets, "--datasets", "'counts=entry/data'")
    return ScanChoice(path=path, datasets=places, angle_unit=angle_unit or "", **options)


def corrections_of(*, stripes: str, zinger_threshold: float, flat_counts: float | None) -> Corrections:
    """The corrections that the options describe."""
    from alkanode.tomography.corrections import Corrections, Stripes, Zingers

    return Corrections(
        zingers=Zingers(threshold=zinger_threshold) if zinger_threshold > 0 else None,
        stripes=Stripes(method=stripes),  # type: ignore[arg-type]  # click allows these names only
        flat_counts=flat_counts,
    )


def execute(
    make: Callable[[], Part], *, as_json: bool, output: Path | None, inputs: Sequence[Path | None] = ()
) -> None:
    """Compute a part with its warnings gathered; print it and write its files.

    Raises
    ------
    ReaderError
        Of the readers, with its advice in options of the commands.
    """
    from alkanode.foundation.errors import ReaderError
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.tomography.commands.scan_choice import with_options

    caught: list[str] = []
    try:
        with gathered_warnings(caught):
            part = make()
    except ReaderError as refusal:
        raise ReaderError(refusal.needed, found=refusal.found, todo=with_options(refusal.todo)) from refusal
    hashed = [path for path in inputs if path is not None and path.is_file() and path.stat().st_size <= _LARGEST_HASHED]
    emit(part, inputs=hashed, warnings=[with_options(text) for text in caught], as_json=as_json, output=output)
