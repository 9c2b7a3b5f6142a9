"""Whatever a file holds, a reader reads it, doubts it, or refuses it: never another exception."""

from __future__ import annotations

import random
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import BdfReader, MprReader, MptReader, open_history

Measured = Callable[[str], Path]
READERS = {".mpr": MprReader(), ".mpt": MptReader(), ".csv": BdfReader()}

MPR_FILES = ["cycling/mb_locale.mpr", "cycling/peis_col215.mpr", "cycling/geis_4loops_eclab1150.mpr"]

MPT = (
    "EC-Lab ASCII FILE\r\nNb header lines : 6\r\n\r\nModulo Bat\r\n"
    "Acquisition started on : 08/23/2021 11:44:40.646\r\n"
    "mode\tNs\ttime/s\tcontrol/V/mA\tEwe/V\tI/mA\t(Q-Qo)/mA.h\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t\r\n"
    + "".join(
        f"1\t{n // 4}\t{n}.5E+000\t2.0\t0.5\t2.0\t{n}E-3\t{(0, 100, 10, 1)[n % 4]}\t1.5\t2.5\r\n" for n in range(24)
    )
).encode("cp1252")

BDF = (
    "Test Time / s,Voltage / V,Current / A,Charging Capacity / Ah,Discharging Capacity / Ah\n"
    + "".join(f"{n}.5,3.{n},0.1,{n}e-3,0\n" for n in range(24))
).encode()


def made_mpr() -> bytes:
    """A small file in the layout of the newest version."""
    kind = np.dtype(
        [
            ("flags", "u1"),
            ("t", "<f8"),
            ("c", "<f4"),
            ("E", "<f4"),
            ("I", "<f4"),
            ("f", "<f4"),
            ("Z", "<f4"),
            ("p", "<f4"),
        ]
    )
    rows = np.zeros(24, dtype=kind)
    rows["flags"], rows["t"] = 0x81, np.arange(24)
    rows["f"] = np.tile([0, 100, 10, 1], 6)
    ids = [1, 2, 3, 21, 31, 65, 4, 5, 6, 8, 32, 36, 35]
    head = struct.pack(f"<IH{len(ids)}H", rows.size, len(ids), *ids).ljust(1007, b"\0")
    content = b"BIO-LOGIC MODULAR FILE\x1a".ljust(52)
    for name, body in (
        (b"VMP Set", b"\x7f".ljust(0x300, b"\0")),
        (b"VMP data", head + rows.tobytes()),
        (b"VMP LOG", bytes(1100)),
    ):
        size = struct.pack("<III", 0xFFFFFFFF, len(body), 0)
        content += b"MODULE" + name.ljust(10) + name.ljust(25) + size + struct.pack("<I", 11) + b"05.15.25" + body
    return content


MADE = {".mpr": made_mpr(), ".mpt": MPT, ".csv": BDF}


def survives(content: bytes, suffix: str, folder: Path) -> xr.DataTree | None:
    """Read; whatever is not refused must hold a usable record."""
    path = folder / f"fuzz{suffix}"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DataQualityWarning)
        try:
            tree = READERS[suffix].read(path)
        except (ReaderError, SchemaError):
            return None
    assert tree.children
    if "cycling" in tree:
        time = tree["cycling"]["time"].to_numpy()
        assert time.size
        assert (np.diff(time) >= 0).all()
    return tree


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("suffix", MADE)
def test_the_file_itself_is_read(folder: Path, suffix: str) -> None:
    tree = survives(MADE[suffix], suffix, folder)
    assert tree is not None
    assert tree["cycling"].sizes["row"] == 24


@pytest.mark.parametrize("suffix", MADE)
def test_cut_off_anywhere(folder: Path, suffix: str) -> None:
    content = MADE[suffix]
    kept = [survives(content[:end], suffix, folder) for end in range(0, len(content), 1 + len(content) // 150)]
    assert kept[0] is None
    assert kept[-1] is not None
    sizes = [0 if tree is None else tree["cycling"].sizes["row"] for tree in kept]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("suffix", MADE)
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_bytes_changed_at_random(folder: Path, suffix: str, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(MADE[suffix])
    for _ in range(chance.randint(1, 40)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    survives(bytes(content), suffix, folder)


@pytest.mark.parametrize("suffix", MADE)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_blocks_shuffled_lost_or_doubled(folder: Path, suffix: str, seed: int) -> None:
    chance = random.Random(seed)
    content = MADE[suffix]
    cuts = sorted(chance.sample(range(len(content)), 4))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    parts = chance.choices(parts, k=chance.randint(1, 6))
    survives(b"".join(parts), suffix, folder)
    survives(content[: cuts[0]] + b"".join(parts), suffix, folder)


@pytest.mark.parametrize("suffix", MADE)
@settings(max_examples=30)
@given(noise=st.binary(max_size=400))
def test_noise_alone_and_behind_the_beginning(folder: Path, suffix: str, noise: bytes) -> None:
    survives(noise, suffix, folder)
    survives(MADE[suffix][:60] + noise, suffix, folder)
    survives(MADE[suffix] + noise, suffix, folder)


@pytest.mark.parametrize("name", MPR_FILES)
def test_measured_files_cut_at_module_borders_and_elsewhere(measured: Measured, folder: Path, name: str) -> None:
    content = measured(name).read_bytes()
    borders, at = [], content.find(b"MODULE")
    while at >= 0:
        borders.append(at)
        at = content.find(b"MODULE", at + 1)
    chance = random.Random(name)
    ends = {
        end for border in borders for end in (border - 1, border, border + 1, border + 41, border + 57, border + 65)
    }
    ends |= {chance.randrange(len(content)) for _ in range(30)}
    read = [survives(content[:end], ".mpr", folder) for end in sorted(ends)]
    assert read[0] is None
    assert read[-1] is not None


@pytest.mark.parametrize("name", [*MPR_FILES, "cycling/mb_locale_de.mpt"])
def test_measured_files_with_changed_bytes(measured: Measured, folder: Path, name: str) -> None:
    content = measured(name).read_bytes()
    chance = random.Random(name)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 200)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        survives(bytes(damaged), Path(name).suffix, folder)


@settings(max_examples=50)
@given(noise=st.binary(min_size=1, max_size=300))
def test_the_choice_of_a_reader_never_fails_otherwise(folder: Path, noise: bytes) -> None:
    path = folder / "noise.dat"
    path.write_bytes(noise)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        with pytest.raises((ReaderError, SchemaError)):
            open_history(path)
