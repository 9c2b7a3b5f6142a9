"""Spectra in text tables: whatever the form, the same spectrum comes out, or the reader says why not."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import NumbersReader, PlainSpectraReader, open_history, open_record

F = np.geomspace(1e5, 0.1, 25)
Z = 10 + 50 / (1 + (2j * np.pi * F * 1e-3) ** 0.9)
RE, IM, SIZE, PHASE = Z.real, Z.imag, np.abs(Z), np.degrees(np.angle(Z))
TWICE = (np.r_[F, F], np.r_[RE, 2 * RE], np.r_[IM, 2 * IM])
OHM = ["f/Hz", "Z'/Ohm", "Z''/Ohm"]


def table(
    names: Sequence[str] | str, *columns: npt.ArrayLike, sep: str = ",", comma: bool = False, above: str = ""
) -> str:
    lines = [names if isinstance(names, str) else sep.join(names)] if names else []
    for row in zip(*map(np.asarray, columns), strict=True):
        cells = [f"{value:.12g}" for value in row]
        lines.append(sep.join(cell.replace(".", ",") if comma else cell for cell in cells))
    return above + "\n".join(lines) + "\n"


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def quiet(
    folder: Path, content: str | bytes, name: str = "a.csv", reader: PlainSpectraReader | None = None
) -> xr.Dataset:
    """The record of a file about which there is nothing to doubt."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return open_record(written(folder, content, name), reader=reader)


def doubted(folder: Path, content: str, match: str) -> xr.Dataset:
    with pytest.warns(DataQualityWarning, match=match):
        return open_record(written(folder, content))


def same(record: xr.Dataset, spectra: int = 1) -> None:
    assert record.sizes["spectrum"] == spectra
    assert record.sizes["point"] == 25
    np.testing.assert_allclose(record["frequency"][0], F, rtol=1e-10)
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-9)


@pytest.mark.parametrize(
    "content",
    [
        table(OHM, F, RE, IM),
        table(["f/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"], F, RE, -IM, sep="\t"),
        table(["Index", "Frequency (Hz)", "Z' (Ω)", "-Z'' (Ω)", "Z (Ω)", "-Phase (°)"], F, F, RE, -IM, SIZE, -PHASE, sep=";", comma=True),
        table(["f (kHz)", "|Z| (kOhm)", "theta (rad)"], F / 1e3, SIZE / 1e3, np.radians(PHASE)),
        table(["f (mHz)", "Zmod (mOhm)", "-phase/deg"], F * 1e3, SIZE * 1e3, -PHASE, sep="|"),
        table("Freq,Zreal,Zimag\nHz,ohm,ohm", F, RE, IM),
        table("Freq (Hz)   Z' (Ohm)   Z'' (Ohm)", F, RE, IM, sep="   "),
        table("# f [Hz]\tRe [Ohm]\tIm [Ohm]", F, RE, IM, sep="\t"),
        table(OHM, np.arange(25), F, RE, IM).replace("Z''/Ohm\n", "Z''/Ohm\n"),
        table('Freq/Hz, Z\'/ohm, Z"/ohm, Z/ohm, Phase/deg\n', F, RE, IM, SIZE, PHASE, sep=", ", above="A.C. Impedance\nInit E (V) = 0.8\n\n"),
        table("Number Frequency/Hz Impedance/Ohm Phase/deg Significance", F, F, SIZE, PHASE, F, sep="  ", above="Sample: 1\n"),
        table(["omega (rad/s)", "Re (Ohm)", "Im (Ohm)"], 2 * np.pi * F, RE, IM),
        table(OHM, F, RE, IM).replace("\n", "\r\n"),
        ("\ufeff" + table(OHM, F, RE, IM)).encode("utf-16-le"),
    ],
)  # fmt: skip
def test_one_spectrum_in_many_forms(tmp_path: Path, content: str | bytes) -> None:
    same(quiet(tmp_path, content))


def test_without_units_ohm_and_hertz_are_assumed_aloud(tmp_path: Path) -> None:
    record = doubted(
        tmp_path, table(["", "Freq", "Real", "Imag"], np.arange(25), F, RE, IM), "no unit for Freq, Real, Imag"
    )
    same(record)
    assert record.attrs["assumed"] == "no unit for Freq, Real, Imag: Hz and ohm"


@pytest.mark.parametrize(("phase", "word"), [(PHASE, "degrees"), (np.radians(PHASE), "radians")])
def test_the_unit_of_a_phase_is_told_by_its_range_and_doubted(tmp_path: Path, phase: npt.ArrayLike, word: str) -> None:
    same(doubted(tmp_path, table(["f (Hz)", "|Z| (ohm)", "phase"], F, SIZE, phase), f"taken as {word}"))


@pytest.mark.parametrize("phase", [PHASE, np.radians(PHASE), 0.1 * PHASE / np.abs(PHASE).max()])
def test_beside_real_and_imaginary_part_the_phase_needs_no_unit(tmp_path: Path, phase: npt.ArrayLike) -> None:
    content = table(["f (Hz)", "Re (ohm)", "Im (ohm)", "phase"], F, RE, IM, phase)
    if np.abs(phase).max() == pytest.approx(0.1):
        with pytest.raises(ReaderError, match="agree with its phase"):
            open_record(written(tmp_path, content))
    else:
        same(quiet(tmp_path, content))


def test_a_modulus_in_another_unit_than_it_says_is_refused(tmp_path: Path) -> None:
    content = table([*OHM, "|Z|/Ohm"], F, RE, IM, 1e3 * SIZE)
    with pytest.raises(ReaderError, match=r"agree with its \|Z\|.*25 of 25 rows"):
        open_record(written(tmp_path, content))


def test_single_contradictions_are_named_by_row(tmp_path: Path) -> None:
    size = SIZE.copy()
    size[[3, 7]] *= 1.1
    same(doubted(tmp_path, table([*OHM, "|Z|/Ohm"], F, RE, IM, size), r"contradict the \|Z\| in rows 3, 7"))


def test_a_phase_of_the_other_sign_is_doubted(tmp_path: Path) -> None:
    same(doubted(tmp_path, table([*OHM, "phase/deg"], F, RE, IM, -PHASE), "other sign"))


@pytest.mark.parametrize(
    "content",
    [
        table(OHM, *TWICE),
        table([*OHM, "spectrum"], *TWICE, np.repeat([9, 4], 25)),
        table([*OHM, "time/h"], *TWICE, np.repeat([1.0, 2.0], 25)),
        table(OHM, F, RE, IM) + table(OHM, F, 2 * RE, 2 * IM),
        table([*OHM, *OHM], F, RE, IM, F, 2 * RE, 2 * IM),
    ],
)
def test_several_spectra_in_one_file(tmp_path: Path, content: str) -> None:
    record = quiet(tmp_path, content)
    same(record, 2)
    np.testing.assert_allclose(record["impedance"][1], 2 * Z, rtol=1e-9)
    if "time/h" in content:
        assert record["time"].values.tolist() == [0.0, 3600.0]


def test_words_tell_spectra_of_equal_direction_apart(tmp_path: Path) -> None:
    """Two short spectra whose frequencies fall through both: only the column says where one ends."""
    rows = "".join(
        f"{f},{100 + n},-{n + 1},{'rest' if n < 3 else 'strip'}\n" for n, f in enumerate([1e3, 1e2, 10, 1, 0.1, 0.01])
    )
    record = quiet(tmp_path, "f/Hz,Re/Ohm,Im/Ohm,run\n" + rows)
    assert np.isfinite(record["frequency"]).sum("point").values.tolist() == [3, 3]


def test_a_shorter_spectrum_beside_a_longer_one(tmp_path: Path) -> None:
    rows = [
        f"{f},{100},-1,{f if n < 3 else ''},{50 if n < 3 else ''},{-2 if n < 3 else ''}"
        for n, f in enumerate([1e3, 1e2, 10, 1])
    ]
    record = quiet(tmp_path, ",".join([*OHM, *OHM]) + "\n" + "\n".join(rows) + "\n")
    assert np.isfinite(record["frequency"]).sum("point").values.tolist() == [4, 3]
    assert record["impedance"][1, 0].item() == 50 - 2j


def test_times_and_dc_values_stay_with_their_points(tmp_path: Path) -> None:
    content = table(
        [*OHM, "t (min)", "E (mV)", "I (mA)", "T (°C)"],
        F,
        RE,
        IM,
        np.arange(25),
        np.full(25, 100),
        np.full(25, 2),
        np.full(25, 25),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = open_history(written(tmp_path, content))
    record = history["impedance"]
    np.testing.assert_allclose(record["point_time"][0], 60 * np.arange(25))
    np.testing.assert_allclose(record["voltage"], 0.1)
    np.testing.assert_allclose(record["current"], 2e-3)
    assert record["ambient_temperature"].item() == pytest.approx(298.15)
    assert history["cycling"]["in_sweep"].all()


def test_a_falling_clock_of_a_sorted_sweep_is_kept(tmp_path: Path) -> None:
    content = table(
        [*OHM, "t (s)", "E (V)", "I (A)"], F[::-1], RE[::-1], IM[::-1], np.arange(25)[::-1], F / 1e5, F / 1e5
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        history = open_history(written(tmp_path, content))
    assert list(history.children) == ["impedance"]
    np.testing.assert_allclose(history["impedance"]["point_time"][0], np.arange(25)[::-1])


def test_a_clock_that_begins_anew_is_left_out_aloud(tmp_path: Path) -> None:
    record = doubted(
        tmp_path, table([*OHM, "t (s)"], *TWICE, np.tile(np.arange(25.0), 2)), "clock begins anew within 2 spectra"
    )
    assert "time" not in record
    assert "point_time" not in record


def test_dc_rows_are_no_points(tmp_path: Path) -> None:
    record = doubted(tmp_path, table(OHM, np.r_[0, F], np.r_[1, RE], np.r_[0, IM]), r"zero frequency \(DC\) in row 0")
    same(record)


def test_flagged_points_are_named(tmp_path: Path) -> None:
    same(doubted(tmp_path, table([*OHM, "Err"], F, RE, IM, np.arange(25) == 3), "flagged row 3"))


def test_cells_that_are_no_numbers(tmp_path: Path) -> None:
    content = table(OHM, F, RE, IM).replace(f"{RE[4]:.12g},", "overload,")
    record = doubted(tmp_path, content, "real: 1 cells are no numbers")
    assert np.isnan(record["impedance"][0, 4])
    assert np.isfinite(record["impedance"][0, :4]).all()


def test_lines_among_the_rows_that_are_none(tmp_path: Path) -> None:
    lines = table(OHM, F, RE, IM).splitlines(keepends=True)
    record = doubted(tmp_path, "".join([*lines[:10], "paused,here,\n", *lines[10:]]), "no frequency and are left out")
    same(record)


def test_an_impedance_of_an_area_needs_the_area(tmp_path: Path) -> None:
    content = table(["f/Hz", "Z' (Ohm cm²)", "Z'' (Ohm cm2)"], F, RE, IM)
    with pytest.raises(ReaderError, match=r"impedance in ohm.*area"):
        open_record(written(tmp_path, content))
    record = quiet(tmp_path, content, reader=PlainSpectraReader(area=0.5e-4))
    np.testing.assert_allclose(record["impedance"][0], 2 * Z, rtol=1e-9)
    with pytest.raises(ReaderError, match="must be positive"):
        PlainSpectraReader(area=-1.0)


def test_a_resistivity_is_refused_with_any_area(tmp_path: Path) -> None:
    path = written(tmp_path, table(["f/Hz", "Z' (Ohm cm)", "Z'' (Ohm cm)"], F, RE, IM))
    with pytest.raises(ReaderError, match="not a resistivity"):
        open_record(path, reader=PlainSpectraReader(area=1e-4))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table(["f/Hz"], F), "needs|must"),
        (table(["f/Hz", "Re/Ohm"], F, RE), "must be of a known format"),
        (table(["f/Hz", "Re/Ohm", "|Z|/Ohm"], F, RE, SIZE), "must be of a known format"),
        (table(["f/Hz", "Re/Ohm", "Im/Ohm", "Im/Ohm"], F, RE, IM, -IM), "once"),
        ("f/Hz,Re/Ohm,Im/Ohm\n", "must"),
        (table(OHM, -F, RE, IM), "frequencies above zero"),
        ("the real and imaginary part over the frequency f Re Im\n", "must be of a known format"),
    ],
)
def test_what_is_no_table_of_spectra(tmp_path: Path, content: str, message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        with pytest.raises(ReaderError, match=message):
            open_history(written(tmp_path, content))


def test_the_reader_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"names the frequency with Re and Im.*first line 'a,b'.*column map"):
        PlainSpectraReader().read(written(tmp_path, "a,b\n1,2\n"))


def test_a_history_with_other_columns_is_not_taken_for_spectra(tmp_path: Path) -> None:
    content = table(["Time (s)", "Voltage (V)", "Current (mA)"], np.arange(25), F, RE)
    assert not PlainSpectraReader().sniff(content.encode())
    assert not NumbersReader().sniff(table("", np.arange(25), F, RE).encode())


@pytest.mark.parametrize(
    "content",
    [
        table("", F, RE, IM),
        table("", F[::-1], RE[::-1], IM[::-1], sep=";", comma=True),
        table("", np.arange(25), F, RE, IM, sep="\t"),
        table("", F, RE, IM, SIZE, PHASE, sep="  "),
        table("", F, RE, IM, above="# made by a script\n"),
    ],
)
def test_numbers_without_names_are_frequency_real_and_imaginary_part(tmp_path: Path, content: str) -> None:
    record = doubted(tmp_path, content, r"frequency \(Hz\), real part \(ohm\), imaginary part \(ohm\)")
    order = 1 if record["frequency"][0, 0] > 1 else -1
    np.testing.assert_allclose(record["impedance"][0, ::order], Z, rtol=1e-9)
    assert "no names" in record.attrs["assumed"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table("", F, RE, IM, SIZE), "need names"),
        (table("", F, RE, IM, RE, IM), "need names"),
        (table("", -F, RE, IM), "must be a frequency"),
        (table("", F, RE), "three to six numbers"),
        ("", "must hold data"),
    ],
)
def test_numbers_that_could_be_anything_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ReaderError, match=message):
        open_history(written(tmp_path, content), reader="spectra-numbers")
