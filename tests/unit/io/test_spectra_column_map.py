"""Column maps for tables of spectra: the user says what the columns are."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError, StudyError
from alkanode.io import ColumnMap, TableReader, open_history

F = np.geomspace(1e5, 0.1, 25)
Z = 10 + 50 / (1 + (2j * np.pi * F * 1e-3) ** 0.9)


def read(folder: Path, names: str, content: dict[str, object], *columns: np.ndarray) -> xr.DataTree:
    path = folder / "a.csv"
    rows = [",".join(f"{value:.12g}" for value in row) for row in zip(*columns, strict=True)]
    path.write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return open_history(path, reader=TableReader(ColumnMap.from_mapping(content)))


def test_names_that_say_nothing(tmp_path: Path) -> None:
    columns = {
        "frequency": {"names": "A", "unit": "kHz"},
        "real": {"names": "B", "unit": "kΩ"},
        "negative_imaginary": {"names": "C", "unit": "mOhm"},
    }
    history = read(tmp_path, "A,B,C", {"columns": columns}, F / 1e3, Z.real / 1e3, -Z.imag * 1e3)
    assert list(history.children) == ["impedance"]
    np.testing.assert_allclose(history["impedance"]["impedance"][0], Z, rtol=1e-9)


def test_modulus_phase_area_and_number_of_the_spectrum(tmp_path: Path) -> None:
    columns = {"frequency": "f", "modulus": "Z", "negative_phase": {"names": "p", "unit": "deg"}, "spectrum": "no"}
    phase = np.degrees(np.angle(Z))
    twice = (np.r_[F, F], np.tile(np.abs(Z), 2), np.tile(-phase, 2), np.repeat([8, 3], 25))
    history = read(tmp_path, "f (Hz),Z (ohm*cm^2),p,no", {"area": "0.5 cm2", "columns": columns}, *twice)
    assert history["impedance"].sizes["spectrum"] == 2
    np.testing.assert_allclose(history["impedance"]["impedance"][1], 2 * Z, rtol=1e-9)


def test_current_is_turned_and_makes_a_history(tmp_path: Path) -> None:
    columns = {
        "frequency": "f",
        "real": "R",
        "imaginary": "X",
        "time": "t",
        "voltage": "U",
        "current": {"names": "I", "unit": "mA"},
    }
    content = {"positive": "reduction", "columns": columns}
    more = (np.arange(25.0), np.full(25, 0.1), np.full(25, 2.0))
    history = read(tmp_path, "f (Hz),R (ohm),X (ohm),t (s),U (V),I", content, F, Z.real, Z.imag, *more)
    np.testing.assert_allclose(history["impedance"]["current"], -2e-3)
    assert history["cycling"].sizes["row"] == 25


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"columns": {"frequency": "f", "real": "a"}}, "'frequency' with 'real' and 'imaginary'"),
        ({"columns": {"real": "a", "imaginary": "b"}}, "'frequency' with"),
        ({"columns": {"frequency": "f", "real": "a", "imaginary": "b", "current": "I"}}, "needs 'positive'"),
        ({"columns": {"frequency": {"names": "f", "unit": "rpm"}, "real": "a", "imaginary": "b"}}, "known unit"),
        ({"area": "3 ohm", "columns": {"frequency": "f", "real": "a", "imaginary": "b"}}, "area is a number"),
        ({"area": "-1 cm2", "columns": {"frequency": "f", "real": "a", "imaginary": "b"}}, "positive"),
        ({"columns": {"frequency": "f", "real": "a", "imaginery": "b"}}, "'imaginary'"),
        ({"positive": "charging"}, "needs 'columns'"),
    ],
)
def test_maps_that_are_none(content: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        ColumnMap.from_mapping(content)


def test_what_the_file_lacks_is_named(tmp_path: Path) -> None:
    columns = {"frequency": "f", "real": "R", "imaginary": "X"}
    with pytest.raises(ReaderError, match=r"names imaginary \(X\)"):
        read(tmp_path, "f (Hz),R (ohm),Y (ohm)", {"columns": columns}, F, F, F)
    with pytest.raises(ReaderError, match=r"'real'.*needs a unit"):
        read(tmp_path, "f (Hz),R,X (ohm)", {"columns": columns}, F, F, F)
    with pytest.raises(ReaderError, match=r"impedance in ohm.*area: 0\.785 cm2"):
        read(tmp_path, "f (Hz),R (ohm cm2),X (ohm cm2)", {"columns": columns}, F, F, F)


def test_a_unit_that_contradicts_the_map(tmp_path: Path) -> None:
    columns = {"frequency": "f", "real": {"names": "R", "unit": "kohm"}, "imaginary": "X"}
    with pytest.raises(ReaderError, match="kohm in the map, ohm in the file"):
        read(tmp_path, "f (Hz),R (ohm),X (ohm)", {"columns": columns}, F, F, F)


def test_a_column_that_the_file_lacks_is_doubted(tmp_path: Path) -> None:
    columns = {"frequency": "f", "real": "R", "imaginary": "X", "time": "t"}
    with pytest.raises(DataQualityWarning, match="no column 't' for 'time'"):
        read(tmp_path, "f (Hz),R (ohm),X (ohm)", {"columns": columns}, F, F, F)
