"""Speed of the readers beside those of others, on the same files, in the same invocation.

Run ``python benchmarks/readers.py FOLDER`` with a folder of measured files. Each peer runs in an environment of its own
(``benchmarks/.envs/NAME``, made from the pins in ``benchmarks/peers/NAME.txt``), as a subprocess of this script; one
that cannot be installed is skipped with the reason. CPU time of one thread, best of several calls on a warm file cache.
Ours is always the whole way from the file to the labelled record; theirs is what they call their result: galvani gives
bare arrays, yadg records with units, the others data frames (PyProBE is spared writing its parquet file).

One line per file: rows, our time, rows per second, and for each peer its time over ours with the target where one is
set.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ[variable] = "1"

HERE = Path(__file__).resolve().parent
CALLS = (5, 25)
"""Fewest and most calls of one reader on one file; between them the time below decides."""
ENOUGH = 0.4
"""s of CPU time."""
TURNS = 2
"""Peers and ours take turns, so that a moment of load on the machine does not decide a ratio."""
LONG_FILE = 2000
"""Rows from which a text file of EC-Lab counts for its targets; below, the fixed cost rules."""
MILLION_ROWS = {".ccs": 5.0}
"""Suffix -> target in million rows per second, where no peer reads the format."""


def galvani(path: Path) -> Callable[[], object]:
    from galvani import BioLogic

    return lambda: BioLogic.MPRfile(str(path)) if path.suffix == ".mpr" else BioLogic.MPTfile(str(path))


def yadg(path: Path) -> Callable[[], object]:
    from yadg.extractors import extract

    return lambda: extract(f"eclab.{path.suffix[1:]}", str(path))


def pyprobe(path: Path) -> Callable[[], object]:
    import pyprobe
    from pyprobe.cyclers.biologic import Biologic, BiologicMB

    pyprobe.set_log_level("ERROR")
    cycler: Any = BiologicMB if b"Modulo Bat" in path.read_bytes()[:200] else Biologic
    options = {"output_data_path": str(HERE / "never.parquet"), "overwrite_existing": True}
    return lambda: cycler(input_data_path=str(path), **options).get_pyprobe_dataframe()


def batterydf(path: Path) -> Callable[[], object]:
    import bdf

    return lambda: bdf.read(str(path))


def fastnda(path: Path) -> Callable[[], object]:
    import fastnda

    return lambda: fastnda.read(path)


def newarenda(path: Path) -> Callable[[], object]:
    import NewareNDA

    return lambda: NewareNDA.read(str(path))


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A reader of others: its package, its environment, what it reads, and the targets by suffix."""

    package: str
    environment: str
    read: Callable[[Path], Callable[[], object]]
    suffixes: tuple[str, ...]
    targets: dict[str, float] = field(default_factory=dict)


PEERS = {
    "galvani": Peer(package="datalab-org-galvani", environment="readers", read=galvani, suffixes=(".mpr", ".mpt")),
    "yadg": Peer(
        package="yadg",
        environment="readers",
        read=yadg,
        suffixes=(".mpr", ".mpt"),
        targets={".mpr": 3.0, ".mpt": 10.0},
    ),
    "PyProBE": Peer(
        package="PyProBE-Data",
        environment="readers_pyprobe",
        read=pyprobe,
        suffixes=(".mpt",),
        targets={".mpt": 1.0},
    ),
    "batterydf": Peer(
        package="batterydf",
        environment="readers_batterydf",
        read=batterydf,
        suffixes=(".csv",),
        targets={".csv": 2.0},
    ),
    "fastnda": Peer(
        package="fastnda",
        environment="readers_neware",
        read=fastnda,
        suffixes=(".nda", ".ndax"),
        targets={".ndax": 0.9},
    ),
    "NewareNDA": Peer(
        package="NewareNDA",
        environment="readers_neware",
        read=newarenda,
        suffixes=(".nda", ".ndax"),
        targets={".ndax": 2.0},
    ),
}
OURS_ALONE = (".ccs", ".res")
"""Formats without a peer that installs from the package index alone."""


def best(read: Callable[[], object]) -> float:
    """Smallest CPU time (s) of some calls, after one that warms up."""
    read()
    times: list[float] = []
    while len(times) < CALLS[0] or (len(times) < CALLS[1] and sum(times) < ENOUGH):
        start = time.process_time()
        read()
        times.append(time.process_time() - start)
    return min(times)


def as_peer(name: str, paths: list[Path]) -> None:
    """Runs inside the environment of a peer; prints its version and seconds per file, or what went wrong."""
    answers: dict[str, float | str] = {}
    for path in paths:
        try:
            answers[str(path)] = best(PEERS[name].read(path))
        except Exception as problem:
            answers[str(path)] = f"{type(problem).__name__}: {problem}".split("\n", 1)[0][:60].replace(";", ",")
    print(json.dumps({"version": version(PEERS[name].package), "seconds": answers}))


def prepare_environment(name: str) -> str:
    """Make the environment of a peer where it is missing or old; empty, or why that fails."""
    pins, folder = HERE / "peers" / f"{name}.txt", HERE / ".envs" / name
    stamp = folder / ".pins"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return ""
    uv, python = Path(sys.executable).with_name("uv"), str(folder / "bin" / "python")
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder],
        [uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["no reason given"])[-1][:120]
    stamp.write_text(pins.read_text())
    return ""


def ask(name: str, paths: list[Path]) -> dict[str, Any] | str:
    """Times of a peer, or why there are none."""
    peer = PEERS[name]
    why = prepare_environment(peer.environment)
    if why:
        return f"its environment cannot be made: {why}"
    python = HERE / ".envs" / peer.environment / "bin" / "python"
    command = [python, "-W", "ignore", __file__, "--as-peer", name, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"it broke: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][:120]}"
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def measured_files(folder: Path) -> list[Path]:
    """Files to read; of the .csv files those that are Landt's."""
    from alkanode.io import open_history

    suffixes = {suffix for peer in PEERS.values() for suffix in peer.suffixes} | set(OURS_ALONE)
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in suffixes):
        try:
            reader = open_history(path).attrs.get("reader", "")
        except Exception as problem:
            if path.suffix != ".csv":
                print(f"{path.name}: not read: {problem}")
            continue
        if path.suffix != ".csv" or str(reader).startswith("landt"):
            found.append(path)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--as-peer", choices=list(PEERS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.as_peer:
        as_peer(options.as_peer, options.paths)
        return
    from alkanode.io import open_history

    paths = [path for folder in options.paths for path in measured_files(folder)]
    theirs: dict[str, dict[str, Any]] = {}
    ours: dict[Path, float] = {}
    for turn in range(TURNS):
        for name, peer in PEERS.items():
            wanted = [path for path in paths if path.suffix in peer.suffixes]
            answer = ask(name, wanted) if wanted else "no file for it"
            if not isinstance(answer, str):
                _keep_smaller(theirs.setdefault(name, answer)["seconds"], answer["seconds"])
            elif turn == 0:
                print(f"{name}: skipped, {answer}")
        _keep_smaller(ours, {path: best(lambda path=path: open_history(path)) for path in paths})
    names = ", ".join(f"{PEERS[name].package} {answer['version']}" for name, answer in theirs.items())
    print(f"peers: {names or 'none'}; ours alkanode {version('alkanode')}")
    print(f"{'file':<36}{'rows':>8}{'ours/ms':>10}{'rows/s':>12}   peer over ours")
    for path in paths:
        record = open_history(path)
        rows = record["cycling"].sizes["row"] if "cycling" in record else record["impedance"]["frequency"].size
        took = ours[path]
        print(f"{path.name:<36}{rows:>8}{took * 1e3:>10.2f}{rows / took:>12.0f}   {_ratios(path, rows, took, theirs)}")


def _keep_smaller(kept: dict[Any, Any], new: dict[Any, Any]) -> None:
    """Fewest seconds of several turns; what went wrong stays."""
    for key, value in new.items():
        before = kept.get(key, value)
        kept[key] = before if isinstance(before, str) or isinstance(value, str) else min(before, value)


def _ratios(path: Path, rows: int, ours: float, theirs: dict[str, dict[str, Any]]) -> str:
    parts = []
    for name, answer in theirs.items():
        value = answer["seconds"].get(str(path))
        if value is None:
            continue
        target = PEERS[name].targets.get(path.suffix)
        if path.suffix == ".mpt" and rows <= LONG_FILE:
            target = None
        shown = value if isinstance(value, str) else f"{value / ours:.2f}"
        parts.append(f"{name} {shown}" + (f" (target >= {target:g})" if target is not None else ""))
    if path.suffix in MILLION_ROWS:
        parts.append(f"million-rows/s {rows / ours / 1e6:.2f} (target >= {MILLION_ROWS[path.suffix]:g})")
    return "; ".join(parts) or "no peer"


if __name__ == "__main__":
    main()
