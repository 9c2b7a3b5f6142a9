"""Speed of the readers of BioLogic files, beside galvani (arrays only) and yadg (records with units).

Run ``python benchmarks/readers.py FOLDER`` with a folder of ``.mpr`` and ``.mpt`` files. The peers run in their own
environment (``benchmarks/.envs/readers``, made from ``benchmarks/peers/readers.txt``), in the same invocation, as
subprocesses of this script. CPU time, one thread, best of five calls on a warm file cache.
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
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ[variable] = "1"

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".envs" / "readers"
REPEATS = 5


def best(read: Callable[[], object]) -> float:
    """Smallest CPU time (s) of some calls, after one that warms up."""
    read()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        read()
        times.append(time.process_time() - start)
    return min(times)


def as_peer(name: str, paths: list[Path]) -> None:
    """Runs inside the environment of the peers; prints seconds per file, or what went wrong."""
    answers: dict[str, float | str] = {}
    for path in paths:
        try:
            answers[str(path)] = best(_peer(name, path))
        except Exception as problem:
            answers[str(path)] = f"{type(problem).__name__}: {problem}"[:60]
    print(json.dumps(answers))


def _peer(name: str, path: Path) -> Callable[[], object]:
    if name == "galvani":
        from galvani import BioLogic

        return lambda: BioLogic.MPRfile(str(path)) if path.suffix == ".mpr" else BioLogic.MPTfile(str(path))
    from yadg.extractors import extract

    return lambda: extract(f"eclab.{path.suffix[1:]}", str(path))


def prepare_environment() -> None:
    pins = HERE / "peers" / "readers.txt"
    stamp = ENVIRONMENT / ".pins"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return
    uv, python = Path(sys.executable).with_name("uv"), str(ENVIRONMENT / "bin" / "python")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, ENVIRONMENT], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins], check=True)
    stamp.write_text(pins.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-peer", choices=["galvani", "yadg"])
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix in {".mpr", ".mpt"})
    warnings.simplefilter("ignore")
    if options.as_peer:
        as_peer(options.as_peer, paths)
        return
    from alkanode.io import open_history

    prepare_environment()
    theirs = {}
    for name in ("galvani", "yadg"):
        command = [ENVIRONMENT / "bin" / "python", "-W", "ignore", __file__, str(options.folder), "--as-peer", name]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        theirs[name] = json.loads(answer.stdout.splitlines()[-1])
    print(f"{'file':<36}{'rows':>8}{'ours/ms':>10}{'rows/s':>12}   peer over ours")
    for path in paths:
        rows = open_history(path)["cycling"].sizes["row"]
        ours = best(lambda path=path: open_history(path))
        ratios = []
        for name, answers in theirs.items():
            value = answers[str(path)]
            ratios.append(f"{name} {value if isinstance(value, str) else f'{value / ours:.1f}'}")
        print(f"{path.name:<36}{rows:>8}{ours * 1e3:>10.2f}{rows / ours:>12.0f}   {'; '.join(ratios)}")


if __name__ == "__main__":
    main()
