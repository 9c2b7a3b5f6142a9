"""What happens to a bad spectrum, as a table: the file as a user may have it, and what alkanode does with it.

Every row goes through five kinds of files, through Python and through ``alkanode impedance``. One rule holds for all rows:
either the sum of resistances is right, or the spectrum is masked or the file refused, with the reason. No traceback, and no
silent wrong number.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning
from alkanode.impedance import check_spectra, electrolyte_conductivity, kramers_kronig, relaxation_times, sweep_drift
from alkanode.io import PlainSpectraReader, open_history

Array = npt.NDArray[np.float64]

COUNT = 61
F = np.geomspace(1e6, 0.1, COUNT)
TRUE_SUM = 15 + 20 + 24.1
_NOISE = np.random.default_rng(3)
Z = 15 + 20 / (1 + (2j * np.pi * F * 1e-5) ** 0.95) + 24.1 / (1 + (2j * np.pi * F * 1e-2) ** 0.9)
Z = Z * (1 + 1e-3 * (_NOISE.normal(size=COUNT) + 1j * _NOISE.normal(size=COUNT)))
TIME = np.cumsum(1 + 2 / F)
GOOD = np.stack([F, Z.real, Z.imag, TIME], axis=1)
ORDER = np.random.default_rng(0).permutation(COUNT)


def spoilt(changes: dict[tuple[int, int], float]) -> Array:
    rows = GOOD.copy()
    for place, value in changes.items():
        rows[place] = value
    return rows


def inserted(row: int, *rows: Sequence[float]) -> Array:
    return np.concatenate([GOOD[:row], np.array(rows), GOOD[row:]])


def scaled(factor: float, later: float = TIME[-1] + 5) -> Array:
    return GOOD * [1, factor, factor, 1] + [0, 0, 0, later]


@dataclass(frozen=True)
class Fate:
    """What alkanode does: sums of resistances over the truth (NaN: masked), and words among its doubts or refusals."""

    sums: tuple[float, ...] = (1.0,)
    says: str = ""
    refused: bool = False


MASKED = (np.nan,)
TABLE: dict[str, tuple[Array, Fate]] = {
    "good": (GOOD, Fate()),
    "ascending": (np.column_stack([GOOD[::-1, :3], TIME]), Fate(says="ascending frequency was reversed")),
    "sorted upwards, times falling": (GOOD[::-1], Fate(says="reversed|put in the order of their times")),
    "shuffled": (GOOD[ORDER], Fate(says="were sorted|put in the order of their times")),
    "shuffled, times of the rows": (np.column_stack([GOOD[ORDER, :3], TIME]), Fate(says="were sorted")),
    "imaginary part of the other sign": (GOOD * [1, 1, -1, 1], Fate(says="wrong sign was flipped")),
    "cells that are NaN": (spoilt({(10, 1): np.nan, (20, 2): np.nan}), Fate(says="were dropped: rows 10, 20")),
    "a frequency that is NaN": (spoilt({(30, 0): np.nan}), Fate()),
    "infinite": (spoilt({(10, 1): np.inf}), Fate(says="overloaded points were dropped: rows 10")),
    "DC rows in front": (inserted(0, [0, 59, 0, -5], [0, 59, 0, -4]), Fate()),
    "a DC row within": (inserted(30, [0, 59, 0, TIME[29] + 0.1]), Fate()),
    "DC rows alone": (np.column_stack([np.zeros(9), np.full((9, 2), 59.0), np.arange(9)]), Fate(refused=True)),
    "a frequency twice, alike": (inserted(30, [F[29], Z[29].real, Z[29].imag, TIME[29] + 0.1]), Fate(says="averaged")),
    "a frequency twice, unlike": (
        inserted(30, [F[29], 1.5 * Z[29].real, Z[29].imag, TIME[29] + 0.1]),
        Fate(MASKED, "repeats of one frequency differ"),
    ),
    "two sweeps behind each other": (np.concatenate([GOOD, scaled(1.1)]), Fate((1.0, 1.1))),
    "down and up": (
        np.concatenate([GOOD, np.column_stack([scaled(1.1)[::-1, :3], TIME[-1] + TIME])]),
        Fate((1.0, 1.1)),
    ),
    "an overloaded point": (
        spoilt({(30, 1): 1e4 * Z[30].real, (30, 2): 1e4 * Z[30].imag}),
        Fate(says="overloaded points were dropped: rows 30"),
    ),
    "an overflow of the instrument": (spoilt({(30, 1): 9.9e37}), Fate(says="overloaded points were dropped: rows 30")),
    "constant": (np.column_stack([F, np.full(COUNT, 5.0), np.zeros(COUNT), TIME]), Fate(MASKED, "constant impedance")),
    "fewer than 8 points": (GOOD[::9][:7], Fate(MASKED, "7 points, fewer than 8")),
    "less than 2 decades": (
        np.column_stack([np.geomspace(1e3, 1e2, 20), GOOD[20:40, 1:]]),
        Fate(MASKED, "1 decades of frequency, less than 2"),
    ),
    "one point": (GOOD[:1], Fate(MASKED, "1 points, fewer than 8")),
    "no rows": (GOOD[:0], Fate(refused=True)),
}


def plain(rows: Array) -> str:
    body = "\n".join(",".join(f"{cell:.9g}" for cell in row) for row in rows)
    return f"Frequency (Hz),Z' (Ohm),Z'' (Ohm),Time (s)\n{body}\n"


def zplot(rows: Array) -> str:
    body = "".join(f"{f!r}\t0.01\t0\t{t!r}\t{x!r}\t{y!r}\t0\t0\t3\n" for f, x, y, t in rows.tolist())
    names = "\t".join(["Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range"])
    return f"ZPLOT2 ASCII\n  Date: 25-12-2018\n  Time: 11:04:34\n  Data Points: {len(rows)}\n  {names}\nEnd Comments\n{body}"


def relaxis(rows: Array) -> str:
    body = "".join(f"{f!r}\t{x!r}\t{y!r}\n" for f, x, y, _ in rows.tolist())
    top = "RelaxIS 3.0 Spectrum export\nDate: 12/16/2025 2:29:15 PM\nData: Frequency\tData: Z'\tData: Z''\n"
    return f"{top}DC=-0.01, TM=100.5\tModel: X\t(WE/RE Spectrum) S\n{body}"


def gamry(rows: Array) -> str:
    head = [
        "EXPLAIN",
        "TAG\tEISPOT",
        "TITLE\tLABEL\tx\ty",
        "DATE\tLABEL\t11/22/2015\tDate",
        "TIME\tLABEL\t11:16:43\tTime",
    ]
    names = ["ZCURVE\tTABLE", "\tPt\tTime\tFreq\tZreal\tZimag\tIdc\tVdc", "\t#\ts\tHz\tohm\tohm\tA\tV"]
    body = [f"\t{k}\t{t!r}\t{f!r}\t{x!r}\t{y!r}\t0\t0.1" for k, (f, x, y, t) in enumerate(rows.tolist())]
    return "\r\n".join([*head, "CONVENTION\tIQUANT\t1\tc", *names, *body, ""])


def eclab(rows: Array) -> str:
    head = ["EC-Lab ASCII FILE", "Nb header lines : 6", "", "Potentio Electrochemical Impedance Spectroscopy"]
    names = [
        "Acquisition started on : 08/23/2021 11:44:40.646",
        "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\ttime/s\t<Ewe>/V\t<I>/mA\tNs",
    ]
    body = [f"{f!r}\t{x!r}\t{-y!r}\t{t!r}\t0.1\t0\t0" for f, x, y, t in rows.tolist()]
    return "\r\n".join([*head, *names, *body, ""])


FORMATS: dict[str, tuple[str, Callable[[Array], str]]] = {
    "plain": ("a.csv", plain),
    "zplot": ("a.z", zplot),
    "relaxis": ("a.txt", relaxis),
    "gamry": ("a.DTA", gamry),
    "eclab": ("a.mpt", eclab),
}


@dataclass(frozen=True)
class Outcome:
    """What Python makes of a file."""

    sums: Array
    said: str
    checked: xr.Dataset | None = None


def outcome(path: Path, area: float | None = None) -> Outcome:
    """Read, check and invert a file; every doubt in one text. Only errors of alkanode are refusals."""
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            tree = open_history(path, reader=None if area is None else PlainSpectraReader(area=area))
            if "impedance" not in tree.children:
                return Outcome(np.empty(0), "no spectra")
            checked = check_spectra(tree["impedance"].to_dataset())
        except AlkanodeError as refusal:
            return Outcome(np.empty(0), str(refusal))
        said = "\n".join([*(str(doubt.message) for doubt in doubts), checked.attrs["checks"]])
        sums = np.full(checked.sizes["spectrum"], np.nan)
        if not checked["masked"].all():
            times = relaxation_times(checked)
            sums = (
                times["series_resistance"] + times["polarisation_in_window"] + times["polarisation_out_of_window"]
            ).to_numpy()
    assert all(issubclass(doubt.category, DataQualityWarning) for doubt in doubts), [str(d.message) for d in doubts]
    return Outcome(sums, said, checked)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("row", TABLE)
def test_the_table_through_files_and_python(tmp_path: Path, row: str, kind: str) -> None:
    rows, fate = TABLE[row]
    name, write = FORMATS[kind]
    path = tmp_path / name
    path.write_text(write(rows), encoding="utf-8", newline="")
    found = outcome(path)
    if fate.refused:
        assert found.sums.size == 0
        assert found.said
        return
    np.testing.assert_allclose(found.sums / TRUE_SUM, fate.sums, rtol=0.02)
    assert any(words in found.said for words in fate.says.split("|"))
    assert found.checked is not None
    masked = found.checked["masked"].to_numpy()
    assert (np.isnan(found.sums) == masked).all()
    assert all(
        bool(reason) == mask for reason, mask in zip(found.checked["mask_reason"].to_numpy(), masked, strict=True)
    )


MODULUS, DEGREES = np.abs(Z), np.degrees(np.angle(Z))


def csv(names: str, *columns: Array, separator: str = ",", decimal: str = ".") -> str:
    lines = [separator.join(f"{cell:.9g}".replace(".", decimal) for cell in row) for row in np.stack(columns, axis=1)]
    return "\n".join([names, *lines, ""])


HALF = "f/Hz,Z'/Ohm,Z''/Ohm"
TABLES: dict[str, tuple[str, Fate]] = {
    "kohm in the names": (csv("f/Hz,Z'/kOhm,Z''/kOhm", F, Z.real / 1e3, Z.imag / 1e3), Fate()),
    "kohm beside ohm": (csv("f/Hz,Z'/kOhm,Z''/Ohm", F, Z.real / 1e3, Z.imag), Fate()),
    "mohm": (csv("f/Hz,Z'/mOhm,Z''/mOhm", F, 1e3 * Z.real, 1e3 * Z.imag), Fate()),
    "ohm cm2 without an area": (csv("f/Hz,Z'/Ohm cm2,Z''/Ohm cm2", F, Z.real, Z.imag), Fate(says="area", refused=True)),
    "one of them in ohm cm2": (csv("f/Hz,Z'/Ohm,Z''/Ohm cm2", F, Z.real, Z.imag), Fate(says="area", refused=True)),
    "ohm cm": (csv("f/Hz,Z'/Ohm cm,Z''/Ohm cm", F, Z.real, Z.imag), Fate(says="resistivity", refused=True)),
    "|Z| that contradicts": (
        csv("f/Hz,Z'/Ohm,Z''/Ohm,|Z|/Ohm", F, Z.real, Z.imag, MODULUS / 1e3),
        Fate(says="must agree with its |Z|", refused=True),
    ),
    "comma decimals, semicolons": (csv("f/Hz;Z'/Ohm;Z''/Ohm", F, Z.real, Z.imag, separator=";", decimal=","), Fate()),
    "comma decimals, tabs": (csv("f/Hz\tZ'/Ohm\tZ''/Ohm", F, Z.real, Z.imag, separator="\t", decimal=","), Fate()),
    "comma decimals between commas": (
        csv(HALF, F * 1.0001, Z.real, Z.imag, decimal=","),
        Fate(says="commas", refused=True),
    ),
    "modulus and degrees": (csv("f/Hz,|Z|/Ohm,Phase/deg", F, MODULUS, DEGREES), Fate()),
    "modulus and radians": (csv("f/Hz,|Z|/Ohm,Phase/rad", F, MODULUS, np.radians(DEGREES)), Fate()),
    "a phase without unit, degrees": (csv("f/Hz,|Z|/Ohm,Phase", F, MODULUS, DEGREES), Fate(says="taken as degrees")),
    "a phase without unit, radians": (
        csv("f/Hz,|Z|/Ohm,Phase", F, MODULUS, np.radians(DEGREES)),
        Fate(says="taken as radians"),
    ),
    "small degrees without unit": (
        csv("f/Hz,|Z|/Ohm,Phase", F, np.abs(Z + 300), np.degrees(np.angle(Z + 300))),
        Fate(((300 + TRUE_SUM) / TRUE_SUM,), "taken as degrees"),
    ),
    "degrees named radians": (csv("f/Hz,|Z|/Ohm,Phase/rad", F, MODULUS, DEGREES), Fate(says="radians", refused=True)),
    "a phase of the other sign": (csv("f/Hz,|Z|/Ohm,Phase/deg", F, MODULUS, -DEGREES), Fate(says="flipped")),
    "an index first": (csv(",f/Hz,Z'/Ohm,Z''/Ohm", np.arange(COUNT), F, Z.real, Z.imag), Fate()),
    "no names": (csv("x", F, Z.real, Z.imag).removeprefix("x\n"), Fate(says="are assumed")),
    "no names, an index": (
        csv("x", np.arange(COUNT), F, Z.real, Z.imag).removeprefix("x\n"),
        Fate(says="behind an index"),
    ),
    "no names, -Im": (csv("x", F, Z.real, -Z.imag).removeprefix("x\n"), Fate(says="flipped")),
    "units in a line of their own": ("f,Re,Im\n" + csv("Hz,Ohm,Ohm", F, Z.real, Z.imag), Fate()),
    "-Im in the names": (csv("f/Hz,Z'/Ohm,-Z''/Ohm", F, Z.real, -Z.imag), Fate()),
    "angular frequency": (csv("omega/rad/s,Z'/Ohm,Z''/Ohm", 2 * np.pi * F, Z.real, Z.imag), Fate()),
    "names above each spectrum": (csv(HALF, F, Z.real, Z.imag) * 2, Fate((1.0, 1.0))),
    "words below": (csv(HALF, F, Z.real, Z.imag) + "end of file,,\n", Fate(says="left out")),
    "modulus alone": (csv("f/Hz,|Z|/Ohm", F, MODULUS), Fate(says="known format", refused=True)),
    "admittance": (csv("f/Hz,Y'/S,Y''/S", F, (1 / Z).real, (1 / Z).imag), Fate(says="known format", refused=True)),
    "nothing": ("", Fate(says="an empty file", refused=True)),
}


@pytest.mark.parametrize("row", TABLES)
def test_the_table_of_plain_tables(tmp_path: Path, row: str) -> None:
    content, fate = TABLES[row]
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    found = outcome(path)
    assert fate.says in found.said
    if fate.refused:
        assert found.sums.size == 0
    else:
        np.testing.assert_allclose(found.sums / TRUE_SUM, fate.sums, rtol=0.02)


def test_an_areal_impedance_with_its_area(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv("f/Hz,Z'/Ohm cm2,Z''/Ohm cm2", F, 0.5 * Z.real, 0.5 * Z.imag), encoding="utf-8")
    np.testing.assert_allclose(outcome(path, area=0.5e-4).sums, TRUE_SUM, rtol=0.02)


def test_radians_named_degrees_are_doubted_and_fail_the_test(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv("f/Hz,|Z|/Ohm,Phase/deg", F, MODULUS, np.radians(DEGREES)), encoding="utf-8")
    found = outcome(path)
    assert "the phases are in radians, not in degrees" in found.said
    assert found.checked is not None
    assert not kramers_kronig(found.checked)["valid"].any()


def spectra(*parts: npt.NDArray[np.complex128], times: Array | None = None) -> xr.Dataset:
    shape = ("spectrum", "point")
    fields = {"frequency": (shape, np.tile(F, (len(parts), 1))), "impedance": (shape, np.stack(parts))}
    if times is not None:
        fields["point_time"] = (shape, times)
    return xr.Dataset(fields)


def test_units_that_change_within_a_series_are_told_and_not_converted() -> None:
    with pytest.warns(DataQualityWarning, match="mixed units suspected"):
        checked = check_spectra(spectra(Z, Z / 1e3))
    np.testing.assert_allclose(checked["impedance"][1], Z / 1e3)


def test_drift_along_one_sweep_is_not_detectable_and_between_others_it_is() -> None:
    grown = Z + 0.1 * (TIME / TIME[-1]) * 24.1 / (1 + (2j * np.pi * F * 1e-2) ** 0.9)
    verdict = str(sweep_drift(check_spectra(spectra(grown, times=TIME[None])))["drift_verdict"].item())
    assert verdict.startswith("not detectable")
    share = (TIME + TIME[-1] * np.arange(3)[:, None]) / TIME[-1]
    arc = 24.1 / (1 + (2j * np.pi * F * 1e-2) ** 0.9)
    series = sweep_drift(check_spectra(spectra(*(Z + 0.1 * share * arc), times=share * TIME[-1])))
    assert series["drift_verdict"].to_numpy()[1] == "changes"
    assert float(series["change_during_sweep"][1]) == pytest.approx(0.1 * 24.1 / 59.1, rel=0.35)


def test_a_negative_resistance_has_no_conductivity() -> None:
    blocked = 15 + 20 / (1 + (2j * np.pi * F * 1e-5) ** 0.95) + 1 / (1e-4 * (2j * np.pi * F) ** 0.9)
    with pytest.warns(DataQualityWarning, match="negative real part"):
        checked = check_spectra(spectra(blocked, 0.01 * Z - 56))
    with pytest.warns(DataQualityWarning, match="neither the circuit nor a point of small phase"):
        found = electrolyte_conductivity(checked, thickness="1 mm", area="1 cm2")
    assert float(found["conductivity"][0]) == pytest.approx(1e-3 / (1e-4 * 35), rel=0.01)
    assert np.isnan(found["conductivity"][1])
    assert found["method"].to_numpy().tolist() == ["circuit", ""]


COMMANDS = {
    "kk": [],
    "drt": [],
    "map": [],
    "fit": ["--circuit", "R0-p(R1,CPE1)-p(R2,CPE2)"],
    "conductivity": ["--thickness", "1 mm", "--area", "1 cm2"],
    "interface": ["--cell", "cell.yaml"],
}


def alkanode(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "a fault of the program" not in said.err
    return code, said.out, said.err


@pytest.mark.parametrize("row", TABLE)
def test_the_table_through_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    rows, fate = TABLE[row]
    monkeypatch.chdir(tmp_path)
    Path("cell.yaml").write_text("anode: {material: Na, role: working}\narea: 1 cm2\n", encoding="utf-8")
    Path("a.csv").write_text(plain(rows), encoding="utf-8")
    usable = not fate.refused and np.isfinite(fate.sums).any()
    for command, options in COMMANDS.items():
        code, out, err = alkanode(capsys, "impedance", command, "a.csv", *options, "--json")
        expected = (
            0 if usable or (command == "kk" and not fate.refused) else 3 if command == "map" and not fate.refused else 2
        )
        assert code == expected, (command, err)
        if code == 2:
            assert err.startswith("alkanode: ")
            assert out == ""
            continue
        results = json.loads(out)["results"]
        told = json.dumps(results) + err
        assert not np.isnan(fate.sums).all() or fate.says in told, command
        if command == "drt":
            found = results["first_polarisation_in_window"]["value"] + results["first_series_resistance"]["value"]
            assert found == pytest.approx(TRUE_SUM * fate.sums[0], rel=0.03)
        if command == "fit":
            found = sum(results[f"first_R{k}"]["value"] for k in range(3))
            assert found == pytest.approx(TRUE_SUM * fate.sums[0], rel=0.03)


WORDS = [
    "drt a.csv --lambda 0",
    "drt a.csv --lambda nan",
    "drt a.csv --lambda inf",
    "drt a.csv --lambda much",
    "drt a.csv --order 3",
    "drt a.csv --free-sign 1 0.1",
    "drt a.csv --frequency-range 1 10",
    "drt a.csv --frequency-range 10kHz 1Hz",
    "drt a.csv --frequency-range 1s 10Hz",
    "drt a.csv --frequency-range 1kHz 2kHz",
    "drt a.csv --drift-limit nan",
    "drt a.csv --preset wu",
    "drt absent.csv",
    "drt .",
    "drt a.csv a.csv",
    "drt a.csv -o a.csv",
    "drt a.csv -o a.csv/under/a/file",
    "drt dc.csv",
    "drt cycling.bdf.csv",
    "kk a.csv --elements 0",
    "kk a.csv --elements 1000",
    "kk a.csv --limit -1",
    "kk a.csv --mu-limit nan",
    "map a.csv --time-smoothing nan",
    "map a.csv --against nothing",
    "fit a.csv --circuit R0-p(R1,CPE1",
    "fit a.csv --circuit R0-X1",
    "fit a.csv --circuit R0-R0",
    "fit a.csv --circuit L(RQ",
    "fit a.csv --preset nope",
    "fit a.csv --circuit R0 --preset coated-nasicon",
    "fit a.csv --most-arcs 9",
    "conductivity a.csv --thickness 1",
    "conductivity a.csv --thickness 1cm2",
    "conductivity a.csv --thickness 1mm --area -1cm2",
    "conductivity a.csv --thickness 1mm --area 1cm2 --temperature 25",
    "conductivity a.csv --thickness 1mm --area 1cm2 --temperature 25degC --temperature 30degC",
    "interface a.csv",
    "interface a.csv --cell absent.yaml",
    "interface a.csv --cell .",
    "interface a.csv --cell broken.yaml",
    "interface a.csv --cell cell.yaml --decisive 0",
    "interface a.csv --cell cell.yaml --spacing 20",
]


@pytest.mark.parametrize("words", WORDS)
def test_commands_that_are_wrong_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cell.yaml").write_text("anode: {material: Na, role: working}\narea: 1 cm2\n", encoding="utf-8")
    Path("broken.yaml").write_bytes(b"anode: [\xff")
    Path("a.csv").write_text(plain(GOOD), encoding="utf-8")
    Path("dc.csv").write_text(plain(TABLE["DC rows alone"][0]), encoding="utf-8")
    Path("cycling.bdf.csv").write_text(
        "Test Time / s,Voltage / V,Current / A\n0,0.1,0.001\n1,0.1,0.001\n", encoding="utf-8"
    )
    code, out, err = alkanode(capsys, "impedance", *words.split())
    assert code == 2
    assert out == ""
    assert len(err) > 20
    assert "None" not in err


def test_an_interrupt_ends_a_command_with_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.csv"
    path.write_text(plain(GOOD), encoding="utf-8")
    monkeypatch.setattr("alkanode.studies.impedance.relaxation.relaxation_times", interrupt)
    assert run(["impedance", "drt", str(path)]) == 130
    assert capsys.readouterr().err.strip() == "alkanode: interrupted"


def test_numbers_of_the_commands_are_in_si(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Areas turn ohm into ohm m2, conductivity is in S m-1, the energy of activation in J mol-1."""
    monkeypatch.chdir(tmp_path)
    Path("cell.yaml").write_text("anode: {material: Na, role: working}\narea: 2 cm2\n", encoding="utf-8")
    Path("a.csv").write_text(plain(GOOD), encoding="utf-8")
    results = json.loads(alkanode(capsys, "impedance", "drt", "a.csv", "--cell", "cell.yaml", "--json")[1])["results"]
    ohm, areal = results["first_series_resistance"], results["first_series_resistance_area_specific"]
    assert (ohm["unit"], areal["unit"]) == ("ohm", "ohm m2")
    assert areal["value"] == pytest.approx(2e-4 * ohm["value"])
    kelvin, energy, sweeps = [293.15, 303.15, 313.15, 323.15], 30e3, []
    for number, temperature in enumerate(kelvin):
        factor = temperature / kelvin[0] * np.exp(energy / 8.314462618 * (1 / temperature - 1 / kelvin[0]))
        whole = factor * (15 + 20 / (1 + (2j * np.pi * F * 1e-5) ** 0.95)) + 1e4 / (2j * np.pi * F) ** 0.9
        sweeps.append(np.column_stack([F, whole.real, whole.imag, TIME + 1000 * number]))
    Path("b.csv").write_text(plain(np.concatenate(sweeps)), encoding="utf-8")
    degrees = [word for temperature in kelvin for word in ("--temperature", f"{temperature - 273.15:.6g} degC")]
    words = ["impedance", "conductivity", "b.csv", "--thickness", "1 mm", "--area", "1 cm2", *degrees]
    results = json.loads(alkanode(capsys, *words, "--json")[1])["results"]
    first, activation = results["first_conductivity"], results["activation_energy"]
    assert (first["unit"], activation["unit"]) == ("S m-1", "J mol-1")
    assert first["value"] == pytest.approx(1e-3 / (1e-4 * 35), rel=1e-3)
    assert activation["value"] == pytest.approx(energy, rel=1e-3)
    shown = alkanode(capsys, *words)[1]
    assert "mS cm-1" in shown
    assert "30.00 kJ mol-1" in shown.replace("30.0000", "30.00")
