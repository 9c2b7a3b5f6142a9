"""The series as files: what a beamtime leaves behind, and the truth beside it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.io import write_mpt
from alkanode.io.projections import write_nxtomo
from alkanode.virtual.tomograph.operando.record import cell_file
from alkanode.virtual.tomograph.operando.series import OperandoSeries


@dataclass(frozen=True, slots=True)
class SeriesFiles:
    """Paths of what was written.

    Attributes
    ----------
    scans
        NXtomo files, in order.
    potentiostat
        EC-Lab text file of voltage and current.
    cell
        Cell file (YAML).
    truth
        What is true: JSON with the table of scans, of layers, the settings and the lists of changes.
    """

    scans: tuple[Path, ...]
    potentiostat: Path
    cell: Path
    truth: Path


def write_series(
    series: OperandoSeries, folder: str | Path, *, workers: int = 1, progress: Progress | None = None
) -> SeriesFiles:
    """Take all scans of a series and write them.

    Parameters
    ----------
    series
        From :func:`alkanode.virtual.tomograph.operando_series` or ``null_series``.
    folder
        Where to write ``scan_1.nxs`` ..., ``potentiostat.mpt``, ``cell.yaml`` and ``truth.json``; made where needed.
    workers
        Scans taken at the same time; the files do not depend on it.
    progress
        Told how many scans are done.

    Returns
    -------
    SeriesFiles
        Paths. Numbers in ``truth.json`` are SI; see :class:`OperandoSeries`.
    """
    target, report = Path(folder), progress or NoProgress()
    target.mkdir(parents=True, exist_ok=True)

    def write(number: int) -> Path:
        return write_nxtomo(series.scan(number), target / f"scan_{number + 1}.nxs")

    scans = []
    with ThreadPoolExecutor(workers) as pool:
        for path in pool.map(write, range(len(series))):
            scans.append(path)
            report.update(len(scans), len(series), "scans")
    write_mpt(series.history, target / "potentiostat.mpt", technique="MB", comments="virtual operando cell")
    described = cell_file(series.cell, float(series.truth.attrs["alloy_mass"]))
    (target / "cell.yaml").write_text(described, encoding="utf-8")
    truth = {
        **series.truth.attrs,
        "cell": asdict(series.cell),
        "tomographs": [setup.settings() for setup in series.tomographs],
        "scans": _table(series.truth["scans"].to_dataset()),
        "layers": _table(series.truth["layers"].to_dataset()),
    }
    if "changes" in series.truth.children:
        changes = series.truth["changes"].children
        truth["changes"] = {name: _table(node.to_dataset()) for name, node in changes.items()}
    (target / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return SeriesFiles(tuple(scans), target / "potentiostat.mpt", target / "cell.yaml", target / "truth.json")


def _table(record: xr.Dataset) -> dict[str, object]:
    return {str(name): np.asarray(values).tolist() for name, values in record.variables.items()}
