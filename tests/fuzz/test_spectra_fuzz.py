"""Whatever a file of spectra holds, a reader reads it, doubts it, or refuses it: never another exception."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import (
    ColumnMap,
    NumbersReader,
    PlainSpectraReader,
    Reader,
    RelaxisReader,
    TableReader,
    ZplotReader,
    open_history,
)

F = np.geomspace(1e5, 0.1, 16)
Z = 10 + 50 / (1 + 2j * np.pi * F * 1e-3)
MAP = ColumnMap.from_mapping({"columns": {"frequency": "f", "real": "Re", "imaginary": "Im"}})


def rows(sep: str, extra: bool = False) -> str:
    lines = []
    for n, (f, z) in enumerate(zip(F, Z, strict=True)):
        cells = [f, 0.01, 0, n, z.real, z.imag, 0, 0, 3] if extra else [f, z.real, z.imag]
        lines.append(sep.join(f"{x:.8g}" for x in cells))
    return "\n".join(lines) + "\n"


RELAXIS = "RelaxIS 3.0 Spectrum export\nDate: x\nData: Frequency\tData: Z'\tData: Z''\nDC=0.1, TM=2.5\tModel: M\t(WE Spectrum) S\n"
ZPLOT = "ZPLOT2 ASCII\n  Date: 25-12-2018\n  Time: 1:2:3\n  Data Points: 16\n  Freq(Hz)\tAmpl\nEnd Comments\n"
MADE: dict[str, tuple[Reader, str]] = {
    "relaxis": (RelaxisReader(), RELAXIS + rows("\t")),
    "zplot": (ZplotReader(), ZPLOT + rows("\t", extra=True)),
    "table": (PlainSpectraReader(), "f (Hz),Re (Ohm),Im (Ohm)\n" + rows(",")),
    "blanks": (PlainSpectraReader(), "f (Hz)  Re (Ohm)  Im (Ohm)\n" + rows("  ")),
    "numbers": (NumbersReader(), rows(";")),
    "map": (TableReader(MAP), "f (Hz),Re (Ohm),Im (Ohm)\n" + rows(",")),
}


def survives(content: bytes, reader: Reader | None, folder: Path) -> xr.DataTree | None:
    """Read; whatever is not refused must hold spectra with frequencies above zero."""
    path = folder / "fuzz.txt"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DataQualityWarning)
        try:
            tree = open_history(path, reader=reader)
        except (ReaderError, SchemaError):
            return None
    if reader is not None:
        frequency = tree["impedance"]["frequency"].to_numpy()
        assert (frequency[np.isfinite(frequency)] > 0).all()
        assert np.isfinite(frequency).any(axis=1).all()
    return tree


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("kind", MADE)
def test_the_file_itself_is_read(folder: Path, kind: str) -> None:
    reader, content = MADE[kind]
    tree = survives(content.encode(), reader, folder)
    assert tree is not None
    np.testing.assert_allclose(tree["impedance"]["impedance"][0], Z, rtol=1e-7)


@pytest.mark.parametrize("kind", MADE)
def test_the_file_is_recognised(folder: Path, kind: str) -> None:
    reader, content = MADE[kind]
    assert reader.sniff(content.encode())
    others = [other for other, _ in MADE.values() if type(other) not in {type(reader), TableReader}]
    assert kind in {"table", "blanks", "map"} or not any(other.sniff(content.encode()) for other in others)


@pytest.mark.parametrize("kind", MADE)
def test_cut_off_anywhere(folder: Path, kind: str) -> None:
    reader, content = MADE[kind]
    body = content.encode()
    kept = [survives(body[:end], reader, folder) for end in range(0, len(body) + 1, 5)]
    sizes = [0 if tree is None else int(np.isfinite(tree["impedance"]["frequency"]).sum()) for tree in kept]
    assert kept[0] is None
    assert sizes[-1] >= 15
    assert (np.diff(sizes) >= -1).all()


@pytest.mark.parametrize("kind", MADE)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
@example(seed=938841)  # an infinite imaginary part
def test_bytes_changed_at_random(folder: Path, kind: str, seed: int) -> None:
    reader, content = MADE[kind]
    source = random.Random(seed)
    body = bytearray(content.encode())
    for _ in range(source.randint(1, 12)):
        at = source.randrange(len(body))
        body[at] = source.choice([source.randrange(256), 9, 10, 44, 59, 32, 45, 0])
    survives(bytes(body), reader, folder)
    survives(bytes(body), None, folder)


@pytest.mark.parametrize("kind", MADE)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_lines_moved_doubled_and_lost(folder: Path, kind: str, seed: int) -> None:
    reader, content = MADE[kind]
    source = random.Random(seed)
    lines = content.splitlines(keepends=True)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(lines))
        action = source.choice(["drop", "double", "swap", "words"])
        if action == "drop" and len(lines) > 1:
            lines.pop(at)
        elif action == "double":
            lines.insert(source.randrange(len(lines)), lines[at])
        elif action == "swap":
            other = source.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = source.choice(["\n", ",,,\n", "nan,nan,nan\n", "1e999\t-1e999\t0\n", '"\n', "1;2\n", "# x\n"])
    survives("".join(lines).encode(), reader, folder)


@settings(max_examples=80)
@given(
    content=st.one_of(
        st.binary(max_size=300), st.text(alphabet="0123456789.,;\t\n -e'ZfReIm()/Ωhz|\"#", max_size=300).map(str.encode)
    )
)
def test_rubbish(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for reader, _ in MADE.values():
        survives(content, reader, folder)
    survives(content, None, folder)
