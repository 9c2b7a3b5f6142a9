"""``alkanode tomography series``: a study of scans written for the user, and run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from alkanode.cli.output import json_option

_OFF = (
    "phases", "stripping", "failures", "cycling", "impedance", "profile", "staircase", "cv", "ccd", "full_cell",
)  # fmt: skip


@click.command()
@click.argument("scans", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write."
)
@click.option("--cell", "cell", type=click.Path(path_type=Path), help="Cell file (YAML) or row of a cell table.")
@click.option("--anode", default="NaK50", show_default=True, help="Alloy of the anode, where no cell is given.")
@click.option("--electrolyte", default="NASICON", show_default=True, help="Electrolyte, where no cell is given.")
@click.option("--potentiostat", multiple=True, type=click.Path(path_type=Path), help="Files of the potentiostat.")
@click.option("--clock-offset", default="0 s", show_default=True, help="Potentiostat's clock less that of the scans.")
@click.option("--clock-error", help="Standard error of the offset, for example '1 s'.")
@click.option("--time-zone", default="", help="IANA zone of clocks that do not say theirs.")
@click.option("--pixel-size", help="Where the files do not say it, for example '1.3 um'.")
@click.option("--energy", help="Of the X-rays, where the files do not say it, for example '45 keV'.")
@click.option("--reference", default="", help="Scan that the others are compared with; default the first.")
@click.option(
    "--pairs", type=click.Choice(["reference", "consecutive", "both"]), default="reference", show_default=True
)
@click.option("--rows", help="Detector rows of the volumes, for example 100:450.")
@click.option("--stripes", help="Removal of stripes (rings); see alkanode schema for the ways.")
@click.option(
    "--watch", type=click.Path(path_type=Path, file_okay=False), help="Take scans as they appear in a folder."
)
@click.option("--pattern", default="*.nxs", show_default=True, help="What scans are called in the watched folder.")
@click.option("--stop-after", type=click.IntRange(min=1), help="Stop watching once so many scans are there.")
@click.option("--idle", help="Stop watching after so long without a new scan, for example '30 min'.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Blocks made at once.")
@click.option("--scheduler", default="", help="Address of a dask scheduler, for example tcp://host:8786.")
@json_option
def series(
    scans: Sequence[Path],
    output: Path,
    cell: Path | None,
    anode: str,
    electrolyte: str,
    potentiostat: Sequence[Path],
    clock_offset: str,
    clock_error: str | None,
    time_zone: str,
    pixel_size: str | None,
    energy: str | None,
    reference: str,
    pairs: str,
    rows: str | None,
    stripes: str | None,
    watch: Path | None,
    pattern: str,
    stop_after: int | None,
    idle: str | None,
    workers: int,
    scheduler: str,
    as_json: bool,
) -> int:
    """A series of scans: volumes, registration, changes, grains, and one report.

    SCANS are NXtomo or Data Exchange files or folders of TIFF, in the order taken. The settings are written to
    study.yaml in the output folder; edit it and run it again with 'alkanode run' for everything else (flats and angles
    that lie apart, paths of datasets, materials). Stopped or killed, the same command goes on where it was.
    """
    import yaml

    from alkanode.cli.run import execute

    block: dict[str, Any] = {
        "scans": [str(path.absolute()) for path in scans],
        "reference": reference,
        "pairs": pairs,
        "clock": {"offset": clock_offset, "offset_error": clock_error, "time_zone": time_zone},
        "workers": workers,
        "scheduler": scheduler,
    }
    given = {"pixel_size": pixel_size, "photon_energy": energy, "stripes": stripes}
    block |= {name: value for name, value in given.items() if value is not None}
    if rows is not None:
        block["rows"] = _rows(rows)
    if watch is not None:
        limits = {"scans": stop_after, "idle": idle}
        block["watch"] = {"folder": str(watch.absolute()), "pattern": pattern, **limits}
    study = {
        "title": "Operando tomography",
        "cell": str(cell.absolute()) if cell is not None else {"anode": anode, "electrolyte": electrolyte},
        "time_zone": time_zone,
        "files": [str(path.absolute()) for path in potentiostat],
        "analyses": {**dict.fromkeys(_OFF), "tomography": block},
    }
    output.mkdir(parents=True, exist_ok=True)
    path = output / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
    return execute(path, output, data=None, as_json=as_json)


def _rows(text: str) -> list[int]:
    first, colon, last = text.partition(":")
    if not (colon and first.strip().isdigit() and last.strip().isdigit()):
        raise click.BadParameter(f"rows are FIRST:END, such as 100:450, not {text!r}", param_hint="--rows")
    return [int(first), int(last)]
