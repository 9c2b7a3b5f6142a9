"""What a reader makes of a damaged file: an error that says so, a warning that says so, or the same table.

Every reader meets its real small files and files made here, cut, flipped, with blocks lost, doubled or moved, with bytes
put in, with lines swapped. The outcome must be

* ``ReaderError`` (or ``SchemaError``), never another exception, and soon;
* or a record with a warning that the undamaged file does not give;
* or a record with the same fields, units and sizes as the undamaged one, whose times still run forwards: a changed digit
  in a number cannot be told from a number.

Some damage leaves a file that nothing contradicts, and is excused: lines gone from a text table without record numbers (the
last ones also with them), the name of an optional column that became another name, and changes in the list of columns of an ``.mpr`` file, which carries no check of its own.
"""

from __future__ import annotations

import io
import itertools
import random
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import save
from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeWarning, ReaderError, SchemaError
from alkanode.io import ColumnMap, Reader, TableReader, load_readers, write_mpt
from alkanode.io.bdf.columns import ONTOLOGY_VERSION

Measured = Callable[[str], Path]

ROWS = 24
TIMES = np.arange(ROWS) * 10.0
VOLTAGES = 3.0 + 0.01 * np.arange(ROWS)
CURRENTS = np.where(np.arange(ROWS) % 8 < 4, 1e-3, -1e-3)


def _cycling() -> xr.Dataset:
    fields = {
        "time": TIMES,
        "voltage": VOLTAGES,
        "current": CURRENTS,
        "charge": np.cumsum(CURRENTS) * 10 - 0.01,
        "step": np.arange(ROWS) // 4,
        "control_mode": np.full(ROWS, 1),
        "current_setpoint": CURRENTS,
    }
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def _table(header: str, form: str, delimiter: str) -> bytes:
    lines = [header]
    for row in range(ROWS):
        lines.append(
            form.format(n=row + 1, t=TIMES[row], u=VOLTAGES[row], i=CURRENTS[row], q=abs(1e-2 * (row % 4)), s=row // 4)
        )
    return ("\n".join(lines) + "\n").replace("|", delimiter).encode()


def _gamry() -> bytes:
    head = (
        "EXPLAIN\nTAG\tCHRONOP\nDATE\tLABEL\t4/23/2018\tDate\nTIME\tLABEL\t16:43:15\tTime\nCONVENTION\tIQUANT\t1\tx\n"
    )
    names = f"CURVE\tTABLE\t{ROWS}\n\tPt\tT\tVf\tIm\tVu\n\t#\ts\tV vs. Ref.\tA\tV\n"
    rows = "".join(f"\t{n}\t{TIMES[n]:g}\t{VOLTAGES[n]:.5E}\t{CURRENTS[n]:.5E}\t0\n" for n in range(ROWS))
    return (head + names + rows + "EXPERIMENTABORTED\tTOGGLE\tF\tAborted\n").encode()


def _parquet() -> bytes:
    frame = pl.DataFrame({"test_time_second": TIMES, "voltage_volt": VOLTAGES, "current_ampere": CURRENTS})
    file = io.BytesIO()
    frame.write_parquet(file, metadata={"bdf": f'{{"bdf_ontology_version": "{ONTOLOGY_VERSION}"}}'})
    return file.getvalue()


def _mpt(folder: Path) -> bytes:
    tree = xr.DataTree.from_dict({"cycling": _cycling()})
    return write_mpt(tree, folder / "made.mpt", started="2024-01-01T00:00:00").read_bytes()


def _workbook() -> bytes:
    """A sheet in the least that a workbook needs."""
    space = "http://schemas.openxmlformats.org"
    rows = [["TestTime/Sec", "Voltage/V", "Current/A", "Record"]]
    rows += [[TIMES[n], VOLTAGES[n], CURRENTS[n], n + 1.0] for n in range(ROWS)]
    lines = ""
    for number, row in enumerate(rows, start=1):
        cells = [
            f'<c r="{place}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f'<c r="{place}{number}"><v>{float(cell)!r}</v></c>'
            for place, cell in zip("ABCD", row, strict=True)
        ]
        lines += f'<row r="{number}">{"".join(cells)}</row>'
    related, office = f"{space}/package/2006/relationships", f"{space}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{related}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{office}">'
        '<sheets><sheet name="record" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{related}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData>'
        "</worksheet>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name), text, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _store(folder: Path) -> bytes:
    tree = xr.DataTree.from_dict({"cycling": _cycling()})
    save(tree, folder / "made.h5")
    return (folder / "made.h5").read_bytes()


MAP = ColumnMap.from_mapping(
    {
        "positive": "charging",
        "columns": {
            "time": "Zeit (s)",
            "voltage": "Spannung (V)",
            "current": {"names": "Strom", "unit": "A"},
            "capacity": "Ladung (C)",
            "step": "Schritt",
        },
    }
)
MACCOR = "Rec#|Cyc#|Step|Test (Sec)|Amp-hr|Amps|Volts|State|DPt Time"
BDF = "Test Time / s,Voltage / V,Current / A,Step ID / 1"
PLAIN = "Time (s);Voltage (V);Current (A);Step"
MADE: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "bdf-csv": (".csv", lambda _: _table(BDF, "{t},{u:.4f},{i},{s}", ",")),
    "bdf-parquet": (".parquet", lambda _: _parquet()),
    "biologic-mpt": (".mpt", _mpt),
    "column-map": (
        ".txt",
        lambda _: _table("Zeit (s)|Spannung (V)|Strom|Ladung (C)|Schritt", "{t}|{u:.4f}|{i}|{q}|{s}", ";"),
    ),
    "gamry-dta": (".dta", lambda _: _gamry()),
    "landt-xlsx": (".xlsx", lambda _: _workbook()),
    "maccor": (
        ".txt",
        lambda _: _table(MACCOR, "{n}|0|{s}|{t}|{q}|{i}|{u:.4f}|C|08/23/2021 6:04:18 PM", "\t"),
    ),
    "plain-table": (".csv", lambda _: _table(PLAIN, "{t};{u:.4f};{i};{s}", ";")),
    "alkanode-store": (".h5", _store),
}
REAL = {
    "cycling/mb_locale.mpr": "biologic-mpr",
    "cycling/geis_4loops_eclab1150.mpr": "biologic-mpr",
    "cycling/mb_locale_de.mpt": "biologic-mpt",
    "impedance/exampleDataGamry.DTA": "gamry-dta",
    "impedance/exampleDataAutolab.txt": "zplot",
    "impedance/exampleDataZPlot.z": "zplot",
    "impedance/PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt": "relaxis",
    "impedance/exampleData.csv": "spectra-numbers",
    "impedance/pyDRTtools_2ZARC3.csv": "spectra-table",
    "cycling/neware_small.nda": "neware",
    "cycling/arbin_example.res": "arbin-res",
}
LINES = {"cycling/landt_ligr_r2032.csv": ("landt-csv", 40), "cycling/landt_ligr_r2032.bdf.csv": ("bdf-csv", 40)}
"""Large text files of which the first lines are a small real file."""
BYTES = {"cycling/lanhe_zn_mno2_gcd.ccs": ("landt-ccs", 0xC00 + 128 * 40)}
"""A large binary file of which the first blocks are one."""
NAMES = [*REAL, *LINES, *BYTES]

TEXT_WITHOUT_NUMBERS = {"bdf-csv", "biologic-mpt", "column-map", "plain-table", "landt-csv"}


@dataclass(frozen=True)
class Outcome:
    """What came of a file: the shape of the record, and what was said."""

    shape: tuple[object, ...] | None
    messages: frozenset[str]


def readers() -> dict[str, Reader]:
    return {reader.name: reader for reader in load_readers()} | {"column-map": TableReader(MAP)}


READERS = readers()


def outcome(reader: Reader, content: bytes, path: Path) -> Outcome:
    """Read; whatever is not refused must be a record that can be used."""
    path.write_bytes(content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = reader.read(path)
        except (ReaderError, SchemaError) as refused:
            return Outcome(None, frozenset([str(refused)]))
    foreign = [str(warning.message) for warning in caught if not issubclass(warning.category, AlkanodeWarning)]
    assert not foreign
    shape = []
    for kind, node in sorted(tree.children.items()):
        record = node.to_dataset()
        shape.append((kind, tuple(sorted((str(n), v.dims, v.attrs.get("units")) for n, v in record.variables.items()))))
        if kind == "cycling":  # a changed frequency begins another sweep, so the sizes of spectra may differ
            shape.append(tuple(sorted(record.sizes.items())))
    if "cycling" in tree.children:
        assert (np.diff(tree["cycling"]["time"].to_numpy()) >= 0).all()
    return Outcome(tuple(shape), frozenset(str(warning.message) for warning in caught))


def damaged(content: bytes, chance: random.Random, kind: str) -> bytes:
    """The content with one kind of damage."""
    size = len(content)
    at = chance.randrange(1, size)
    length = chance.randint(1, max(1, min(size // 4, 400)))
    if kind == "cut":
        return content[:at]
    if kind == "flip":
        changed = bytearray(content)
        for _ in range(chance.choice([1, 1, 1, 3, 20])):
            changed[chance.randrange(size)] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if kind == "lose":
        return content[:at] + content[at + length :]
    if kind == "double":
        return content[: at + length] + content[at : at + length] + content[at + length :]
    if kind == "move":
        cuts = sorted([0, size, *(chance.randrange(size) for _ in range(3))])
        parts = [content[a:b] for a, b in itertools.pairwise(cuts)]
        chance.shuffle(parts)
        return b"".join(parts)
    if kind == "insert":
        return content[:at] + chance.randbytes(length) + content[at:]
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content[::-1]
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


KINDS = ("cut", "flip", "lose", "double", "move", "insert", "swap lines")


def excused(name: str, kind: str, content: bytes, broken: bytes) -> bool:
    """Damage that leaves a file which nothing contradicts."""
    if name == "maccor":
        header_kept = broken.split(b"\n", 1)[0] == content.split(b"\n", 1)[0]
        numbers = [line.partition(b"\t")[0] for line in broken.splitlines()[1:] if line]
        return not header_kept or numbers == [b"%d" % row for row in range(1, len(numbers) + 1)]
    if name in TEXT_WITHOUT_NUMBERS:
        return kind in {"cut", "lose"} or broken.count(b"\n") != content.count(b"\n")
    if name != "biologic-mpr" or kind != "flip":
        return False
    start = content.find(b"MODULEVMP data")
    changed = next((at for at, (a, b) in enumerate(zip(content, broken, strict=True)) if a != b), -1)
    return (
        any(a != b for a, b in zip(content[start : start + 500], broken[start : start + 500], strict=True))
        or changed < 0
    )


def check(name: str, content: bytes, path: Path, seeds: Iterable[int]) -> None:
    """Every kind of damage, once per seed."""
    reader = READERS[name]
    whole = outcome(reader, content, path)
    assert whole.shape is not None, whole.messages
    for seed in seeds:
        chance = random.Random(seed)
        for kind in KINDS:
            broken = damaged(content, chance, kind)
            if broken == content:
                continue
            after = outcome(reader, broken, path)
            if after.shape is None or after.shape == whole.shape or after.messages - whole.messages:
                continue
            assert excused(name, kind, content, broken), (name, kind, seed, whole.shape, after.shape)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corruption")


def small(measured: Measured, name: str) -> tuple[str, bytes]:
    """Reader and content of a real file, or of its first lines."""
    if name in REAL:
        return REAL[name], measured(name).read_bytes()
    if name in BYTES:
        reader, size = BYTES[name]
        return reader, measured(name).read_bytes()[:size]
    reader, lines = LINES[name]
    return reader, b"".join(measured(name).read_bytes().splitlines(keepends=True)[:lines])


def test_every_reader_is_met() -> None:
    met = {*MADE, *REAL.values(), *(reader for reader, _ in (LINES | BYTES).values())}
    assert set(READERS) - met == {"tomography-scan"}, "its frames carry no checksum; test_tomography_damage meets it"
    assert met <= set(READERS)


@pytest.mark.parametrize("name", MADE)
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_made_files(folder: Path, name: str, seed: int) -> None:
    suffix, make = MADE[name]
    check(name, make(folder), folder / f"damaged{suffix}", [seed])


@pytest.mark.parametrize("name", NAMES)
def test_real_files(measured: Measured, folder: Path, name: str) -> None:
    reader, content = small(measured, name)
    check(reader, content, folder / f"damaged{Path(name).suffix}", range(3))


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_made_files_deep(folder: Path, name: str) -> None:
    suffix, make = MADE[name]
    content = make(folder)
    check(name, content, folder / f"damaged{suffix}", range(1000, 1400))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_real_files_deep(measured: Measured, folder: Path, name: str) -> None:
    reader, content = small(measured, name)
    check(reader, content, folder / f"damaged{Path(name).suffix}", range(100, 160))
