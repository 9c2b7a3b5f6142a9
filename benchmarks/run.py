"""All benchmarks, one after the other, and one table: target, measured, met.

    make bench                      # or: python benchmarks/run.py
    make bench ARGS=--quick         # fewer spectra and states
    make bench ARGS=--no-peers      # nothing of others is installed or run
    make bench ARGS="--only tomography"

Each benchmark is a script of its own and runs as a subprocess; its lines are printed as they are. The readers need a
folder of measured files: ``--data``, the environment variable ``ALKANODE_TEST_DATA``, or ``shared/data`` beside the
checkout. The exit code is 0 also where a target is missed, and 1 where a benchmark broke.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
NUMBER = r"([0-9][0-9.]*(?:e[-+]?\d+)?)"
ALONE = "million-rows/s"
"""What stands for a peer in the readers' lines where there is none."""


class BrokenBenchmarkError(Exception):
    """A benchmark that did not run to its end, or whose lines are not as expected."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    measured: float
    limit: float
    at_most: bool = False
    unit: str = ""
    highest: float | None = None

    @property
    def met(self) -> bool:
        if self.highest is not None:
            return self.limit <= self.measured <= self.highest
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit

    def cells(self) -> tuple[str, str, str, str]:
        sign = "<=" if self.at_most else ">="
        return (
            self.what,
            f"{sign} {self.limit:g}{self.unit}"
            if self.highest is None
            else f"{self.limit:g} to {self.highest:g}{self.unit}",
            f"{self.measured:.3g}{self.unit}" if self.measured < 1000 else f"{self.measured:.0f}{self.unit}",
            "yes" if self.met else "NO",
        )


@dataclass(kw_only=True)
class Benchmark:
    """One script, its arguments, and how its lines become rows; or why it is skipped."""

    script: str
    arguments: list[str] = field(default_factory=list)
    rows: Callable[[str], list[Row]] = field(default=lambda text: [])
    peers: Callable[[str], str] = field(default=lambda text: "")
    skipped: str = ""


def find(pattern: str, text: str) -> float:
    """The number of the first match."""
    match = re.search(pattern, text, flags=re.MULTILINE)
    if match is None:
        raise BrokenBenchmarkError(f"no line matches {pattern!r}")
    return float(match.group(1))


def thermo_rows(text: str) -> list[Row]:
    return target_rows(text, area="thermo")


def model_rows(text: str) -> list[Row]:
    return target_rows(text, area="model")


def model_peers(text: str) -> str:
    """Packages of others that the first line names with their versions."""
    named = re.findall(r"\b(pybamm|scipy) (\d[\w.]*\d)", text)
    return ", ".join(dict.fromkeys(f"{name} {number}" for name, number in named))


def tomography_rows(text: str) -> list[Row]:
    return target_rows(text, area="tomography")


def tomography_peers(text: str) -> str:
    """Packages of others that the first line, or the lines of a comparison, name with their versions."""
    named = re.findall(r"\b(algotom|connected-components-3d|scikit-image|elastix|SimpleITK) (\d[\w.]*\d)", text)
    return ", ".join(dict.fromkeys(f"{name} {number}" for name, number in named)) or "known answers"


def segmentation_rows(text: str) -> list[Row]:
    return [
        Row(
            what="cycling: half cycles and failures of a million rows",
            measured=find(rf"^failures .* {NUMBER} M rows/s", text),
            limit=find(rf"^failures .*target >= {NUMBER}", text),
            unit=" M rows/s",
        )
    ]


_TARGET = re.compile(rf"\(target (?:(?P<sign>[<>]=) {NUMBER}|{NUMBER} ?(?:to|-) ?{NUMBER})")


def target_rows(text: str, area: str = "impedance") -> list[Row]:
    """One row for each line ``name  number unit (target <= number)``; an unindented line above that begins with a
    name_like_this names the family.

    Where a line gives ``median a  p95 b``, the median is the row.
    """
    rows = []
    family = ""
    for line in text.splitlines():
        if re.fullmatch(r"\w+_\w+(, [^;]*)?", line):
            family = f"{line}, "
        elif line.startswith("peer"):
            family = ""
        target = _TARGET.search(line)
        if target is None:
            continue
        told = re.sub(rf"median {NUMBER}  p95 {NUMBER}", r" \1", line[: target.start()])
        groups = re.split(r"\s{2,}", told.strip())
        named = [group for group in groups if not re.match(r"[0-9]", group)]
        value, unit = re.findall(rf"{NUMBER} ?([%x]|ms|mV|decades)?", groups[-1] if len(groups) > len(named) else told)[
            -1
        ]
        sign, limit, low, high = target.groups()
        rows.append(
            Row(
                what=f"{area}: {family}{' '.join(named)}",
                measured=float(value),
                limit=float(limit or low),
                at_most=sign == "<=",
                unit=f" {unit}".replace(" x", "x") if unit else "",
                highest=None if high is None else float(high),
            )
        )
    if not rows:
        raise BrokenBenchmarkError("no line names a target")
    return rows


def coverage_rows(text: str) -> list[Row]:
    """Lowest and highest coverage of circuit parameters and of resistances from distributions, and the speed."""
    rows = []
    for what, low, high in (("circuit parameters", 92, 98), ("DRT resistances", 90, 98)):
        lowest, highest = find_all(rf"^{what}: .*lowest {NUMBER} %, highest {NUMBER} %", text)
        for word, value in (("lowest", lowest), ("highest", highest)):
            label = f"impedance: 95 % intervals of {what}, {word} coverage"
            rows.append(Row(what=label, measured=value, limit=low, highest=high, unit=" %"))
    return rows + [row for row in target_rows(text) if "relaxation_posterior" in row.what]


@dataclass(frozen=True)
class Read:
    """One file of the readers' benchmark beside one peer: rows, our time (ms), the peer's time over ours, target."""

    name: str
    rows: int
    ours: float
    peer: str
    ratio: float
    target: float

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix


def reader_rows(text: str) -> list[Row]:
    read = _reads(text)
    wanted = sorted({(file.suffix, file.peer, file.target) for file in read if file.target == file.target})
    if not wanted:
        raise BrokenBenchmarkError("the readers' lines name no target")
    rows = []
    for suffix, peer, target in wanted:
        files = [file for file in read if (file.suffix, file.peer) == (suffix, peer) and file.target == target]
        worst = min(files, key=lambda file: file.ratio)
        which = f"worst of {len(files)} files ({worst.rows} rows)" if len(files) > 1 else f"{worst.rows} rows"
        what = "million rows per second" if peer == ALONE else f"times faster than {peer}"
        rows.append(Row(what=f"readers: {suffix}, {what}, {which}", measured=worst.ratio, limit=target))
    bare = [file for file in read if file.suffix == ".mpr" and file.peer == "galvani"]
    if bare:
        largest = max(bare, key=lambda file: file.rows)
        extra = largest.ours * (1 - largest.ratio) * 50_000 / largest.rows
        label = f"readers: largest .mpr ({largest.rows} rows), time over galvani's bare arrays per 50,000 rows"
        rows.append(Row(what=label, measured=extra, limit=20, at_most=True, unit=" ms"))
    return rows


def _reads(text: str) -> list[Read]:
    """One entry per file and peer that could read it."""
    found = []
    for name, count, ours, beside in re.findall(rf"^(\S+\.\w+) +(\d+) +{NUMBER} +\d+   (.+)$", text, re.MULTILINE):
        for part in beside.split("; "):
            match = re.fullmatch(rf"(\S+) {NUMBER}(?: \(target >= {NUMBER}\))?", part)
            if match:
                target = float(match[3]) if match[3] else float("nan")
                found.append(Read(name, int(count), float(ours), match[1], float(match[2]), target))
    return found


def reader_peers(text: str) -> str:
    match = re.search(r"^peers: (.+);", text, flags=re.MULTILINE)
    skipped = re.findall(r"^(\S+): skipped, (.+)$", text, flags=re.MULTILINE)
    return (match.group(1) if match else "none") + "".join(f"; {name} skipped: {why}" for name, why in skipped)


def impedance_peers(text: str) -> str:
    told = re.findall(r"^peer +(.+)$", text, flags=re.MULTILINE)
    return "; ".join(re.sub(r" {2,}", ", ", line) for line in told) or "known answers"


def thermo_peers(text: str) -> str:
    match = re.search(r"pycalphad (\d[\w.]*)", text)
    return f"pycalphad {match.group(1)}" if match else ""


def detection_rows(text: str) -> list[Row]:
    line = re.compile(rf"^  (\S.*?) +([<>]=) {NUMBER} % +{NUMBER} \(.+\) +(?:yes|NO)$", re.MULTILINE)
    rows = [
        Row(what=f"failures: {what}", measured=float(value), limit=float(aim), at_most=sign == "<=", unit=" %")
        for what, sign, aim, value in line.findall(text)
    ]
    if not rows:
        raise BrokenBenchmarkError("the detection table names no target")
    return rows


def detection_peers(text: str) -> str:
    match = re.search(r"^(\d+ virtual cells over \d+ h)", text, flags=re.MULTILINE)
    return f"the hidden truth of {match.group(1)}" if match else ""


def weibull_rows(text: str) -> list[Row]:
    cover = find_all(rf"95 % intervals by t +cover shape {NUMBER} %, scale {NUMBER} %", text)
    left = find_all(r"^  bias taken off .*?([0-9.]+) % .*?([0-9.]+) %$", text)
    return [
        Row(what="weibull: bias of the scale", measured=left[1], limit=2, at_most=True, unit=" %"),
        Row(what="weibull: bias of the shape, corrected", measured=left[0], limit=10, at_most=True, unit=" %"),
        Row(what="weibull: lowest coverage of a 95 % interval", measured=min(cover), limit=93, unit=" %"),
        Row(
            what="weibull: highest coverage of a 95 % interval", measured=max(cover), limit=97, at_most=True, unit=" %"
        ),
        Row(what="weibull: times faster than scipy", measured=find(rf"ratio {NUMBER}", text), limit=1),
        Row(
            what="weibull: largest relative difference to scipy",
            measured=find(rf"difference to scipy {NUMBER}", text),
            limit=1e-3,
            at_most=True,
        ),
    ]


def find_all(pattern: str, text: str) -> list[float]:
    """The numbers of the first match."""
    match = re.search(pattern, text, flags=re.MULTILINE)
    if match is None:
        raise BrokenBenchmarkError(f"no line matches {pattern!r}")
    return [float(group) for group in match.groups()]


def data_folder(given: Path | None) -> Path:
    named = os.environ.get("ALKANODE_TEST_DATA")
    return given or (Path(named) if named else HERE.parents[1] / "shared" / "data")


def plan(options: argparse.Namespace) -> list[Benchmark]:
    folder = data_folder(options.data)
    alone = "it only compares, and --no-peers was given"
    spectra = ["--spectra", "200", "--peer-spectra", "2"] if options.quick else []
    absent = "" if folder.is_dir() else f"no folder {folder}; name one with --data or ALKANODE_TEST_DATA"
    return [
        *(
            Benchmark(
                script=f"{name}.py",
                arguments=[] if options.quick else ["--full"],
                rows=thermo_rows,
                peers=thermo_peers,
                skipped=alone if options.no_peers else "",
            )
            for name in ("thermo", "ternary")
        ),
        Benchmark(script="properties.py", rows=thermo_rows, peers=thermo_peers),
        *(
            Benchmark(
                script=f"{name}.py",
                arguments=spectra + (["--no-peer"] if options.no_peers else []),
                rows=target_rows,
                peers=impedance_peers,
            )
            for name in ("relaxation", "kramers_kronig", "circuits")
        ),
        Benchmark(script="operando.py", rows=target_rows, peers=impedance_peers),
        Benchmark(script="constriction.py", rows=target_rows, peers=impedance_peers),
        Benchmark(script="interval_coverage.py", rows=coverage_rows, peers=impedance_peers),
        Benchmark(
            script="weibull.py",
            arguments=["--sets", "300"] if options.quick else [],
            rows=weibull_rows,
            peers=lambda text: "scipy",
        ),
        Benchmark(script="segmentation.py", rows=segmentation_rows),
        Benchmark(
            script="readers.py",
            arguments=[str(folder)],
            rows=reader_rows,
            peers=reader_peers,
            skipped=alone if options.no_peers else absent,
        ),
        *tomography(options, alone),
        *(
            Benchmark(script=f"{name}.py", rows=model_rows, peers=model_peers)
            for name in ("cell_model", "cell_model_posterior", "operando_impedance", "conduction")
        ),
        Benchmark(
            script="detection.py",
            arguments=["--data", str(folder), *(["--count", "100"] if options.quick else [])],
            rows=detection_rows,
            peers=detection_peers,
        ),
    ]


def tomography(options: argparse.Namespace, alone: str) -> list[Benchmark]:
    """Benchmarks of tomography; at full width they take some gigabytes of memory, and 30 of disk for all steps."""
    small = ["--small"] if options.quick else []
    quick = ["--quick"] if options.quick else []
    chosen: dict[str, list[str]] = {
        "corrections": small,
        "reconstruction": small,
        "chain": small,
        "grains": [],
        "registration": quick + (["--no-peers"] if options.no_peers else []),
        "series": ["--angles", "301"] if options.quick else [],
        "steps": quick,
    }
    compared = ("corrections", "reconstruction", "chain", "grains")
    return [
        Benchmark(
            script=f"tomography_{name}.py",
            arguments=arguments,
            rows=tomography_rows,
            peers=tomography_peers,
            skipped=alone if options.no_peers and name in compared else "",
        )
        for name, arguments in chosen.items()
    ]


def run(benchmark: Benchmark) -> str:
    """Run a script; its lines are printed as they come and returned."""
    command = [sys.executable, str(HERE / benchmark.script), *benchmark.arguments]
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "MPLBACKEND": "Agg", "PYTHONUNBUFFERED": "1"}
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  {line}", end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise BrokenBenchmarkError(f"it ended with exit code {process.returncode}; without its peers: --no-peers")
    return "".join(lines)


def print_table(rows: list[Row]) -> None:
    table = [("", "target", "measured", "met"), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(4)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of measured files")
    parser.add_argument("--quick", action="store_true", help="fewer spectra, states and virtual cells")
    parser.add_argument("--no-peers", action="store_true", help="only what needs no package of others")
    parser.add_argument("--only", default="", metavar="WORD", help="benchmarks whose name holds this, as tomography")
    options = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.platform()}, {os.cpu_count()} cores{load}; CPU time of one thread throughout")
    rows: list[Row] = []
    remarks: list[str] = []
    broken = False
    for benchmark in (one for one in plan(options) if options.only in one.script):
        if benchmark.skipped:
            remarks.append(f"{benchmark.script}: skipped, {benchmark.skipped}")
            continue
        print(f"\n{benchmark.script} {' '.join(benchmark.arguments)}".rstrip())
        start = time.perf_counter()
        try:
            text = run(benchmark)
            rows += benchmark.rows(text)
        except BrokenBenchmarkError as reason:
            remarks.append(f"{benchmark.script}: BROKEN, {reason}")
            broken = True
        else:
            seconds = time.perf_counter() - start
            remarks.append(f"{benchmark.script}: {seconds:.0f} s, against {benchmark.peers(text)}")
    print()
    if rows:
        print_table(rows)
        missed = sum(not row.met for row in rows)
        print(f"\n{len(rows) - missed} of {len(rows)} targets met" + (f", {missed} MISSED" if missed else ""))
    for remark in remarks:
        print(remark)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
