"""Whatever bytes a file holds, ``alkanode`` reads it or says why not; it never shows a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alkanode.cli.main import run

MPR = b"BIO-LOGIC MODULAR FILE\x1a                         \x00\x00\x00\x00MODULE"
MPT = b"EC-Lab ASCII FILE\r\nNb header lines : 3\r\nmode\ttime/s\tEwe/V\tI/mA\r\n"
BDF = b"Test Time / s,Voltage / V,Current / A\n"

many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def try_all(path: Path, capsys: pytest.CaptureFixture[str], *commands: list[str]) -> None:
    for command in commands:
        code = run([*command, str(path), "--json"])
        said = capsys.readouterr()
        assert code in (0, 2, 3), f"{command}: {said.err}"
        assert "Traceback" not in said.err
        if code == 2:
            assert said.err.startswith("alkanode: ")
            assert said.out == ""
        else:
            assert set(json.loads(said.out)) == {"command", "inputs", "results", "warnings"}


@many
@given(start=st.sampled_from([b"", MPR, MPT, BDF]), rest=st.binary(max_size=400))
def test_random_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str], start: bytes, rest: bytes) -> None:
    path = tmp_path / "bytes.mpr"
    path.write_bytes(start + rest)
    try_all(path, capsys, ["read"])


cells = st.one_of(
    st.floats(-1e9, 1e9).map(str),
    st.sampled_from(["", "nan", "inf", "-", "over", "1,5", "1e999", "0", "NULL", '"', "\x00", "µ"]),
)


@many
@given(table=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12))
def test_random_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str], table: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "table.bdf.csv"
    path.write_bytes(BDF + "\n".join(",".join(row) for row in table).encode())
    try_all(path, capsys, ["read"], ["electrochem", "failures"], ["electrochem", "stripping"])


@many
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 60),
    scale=st.sampled_from([0.0, 1e-12, 1e-3, 1.0, 1e6]),
    offset=st.sampled_from([-3.0, 0.0, 1e-3, 3.0]),
)
def test_random_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int, rows: int, scale: float, offset: float
) -> None:
    """Any course of voltage and current gives an answer or a reason."""
    random = np.random.default_rng(seed)
    time = np.cumsum(random.integers(0, 3, rows) * 10.0 ** random.integers(-3, 4))
    voltage = offset + scale * random.normal(size=rows).cumsum()
    current = 1e-3 * random.choice([-1.0, 0.0, 1.0, 1e-6], rows) * random.lognormal(size=rows)
    path = tmp_path / "record.bdf.csv"
    lines = [f"{t:.9g},{v:.9g},{i:.9g}" for t, v, i in zip(time, voltage, current, strict=True)]
    path.write_bytes(BDF + "\n".join(lines).encode())
    try_all(path, capsys, ["electrochem", "failures"], ["electrochem", "stripping"])


@many
@given(text=st.text(max_size=120))
def test_random_studies_and_cells(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode("utf-8", "replace"))
    raw = tmp_path / "raw.bdf.csv"
    raw.write_bytes(BDF + b"0,0.1,0.001\n1,0.1,0.001\n")
    for command in (["run", path, "-o", tmp_path / "out"], ["electrochem", "stripping", raw, "--cell", path]):
        assert run([str(word) for word in command]) == 2
        assert capsys.readouterr().err.startswith("alkanode: ")


@pytest.mark.parametrize(
    "name", ["cycling/li_peo_geis_strip.mpr", "cycling/mb_locale_de.mpt", "cycling/landt_ligr_r2032.bdf.csv"]
)
def test_measured_files_cut_anywhere(
    measured: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content = measured(name).read_bytes()[:320_000]
    path = tmp_path / Path(name).name
    for share in np.linspace(0, 1, 24):
        path.write_bytes(content[: int(share * len(content))])
        try_all(path, capsys, ["read"])


@pytest.mark.parametrize("name", ["cycling/li_peo_geis_strip.mpr", "cycling/mb_locale_en.mpt"])
def test_measured_files_with_flipped_bytes(
    measured: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content = measured(name).read_bytes()
    path = tmp_path / Path(name).name
    for seed in range(12):
        random = np.random.default_rng(seed)
        spoilt = np.frombuffer(content, dtype=np.uint8).copy()
        where = random.integers(0, 5000 if seed % 2 else spoilt.size, size=1 + seed)
        spoilt[where] = random.integers(0, 256, size=where.size)
        path.write_bytes(spoilt.tobytes())
        try_all(path, capsys, ["read"], ["electrochem", "failures"], ["impedance", "map"])
