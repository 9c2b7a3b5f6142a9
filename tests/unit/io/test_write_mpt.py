"""A written history is read back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.io import MptReader, open_history, write_mpt

STARTED = "2024-02-03T04:05:06.789"


def cycling(*, swept: bool = False) -> xr.Dataset:
    """A rest, three rows of stripping, and between them (on demand) the rows of a sweep."""
    fields = {
        "time": np.array([0.0, 1.0, 2.0, 8.0]),
        "voltage": np.array([0.0, 0.1, 0.2, 1 / 3]),
        "current": np.array([0.0, 1.01e-3, 0.99e-3, 1e-3]),
        "current_setpoint": np.array([np.nan, 1e-3, 1e-3, 1e-3]),
        "charge": np.array([0.0, 0.5e-3, 1.5e-3, 7.5e-3]),
        "step": np.array([0, 1, 1, 1]),
        "cycle": np.array([0, 0, 0, 0]),
        "control_mode": np.array([0, 1, 1, 1]),
        "in_sweep": np.zeros(4, dtype=bool),
    }
    if swept:
        sweep = {
            "time": np.array([3.0, 4.0, 5.0]),
            "voltage": np.array([0.21, 0.22, 0.23]),
            "current": np.full(3, 1e-3),
            "current_setpoint": np.full(3, 1e-3),
            "charge": np.array([2.5e-3, 3.5e-3, 4.5e-3]),
            "step": np.ones(3, dtype=int),
            "cycle": np.zeros(3, dtype=int),
            "control_mode": np.full(3, 3),
            "in_sweep": np.ones(3, dtype=bool),
        }
        order = np.argsort(np.concatenate([fields["time"], sweep["time"]]))
        fields = {name: np.concatenate([values, sweep[name]])[order] for name, values in fields.items()}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def spectra(count: int = 1) -> xr.Dataset:
    shape = (count, 3)
    frequency = np.tile([1e5, 1e2, 1e-1], (count, 1))
    fields = {
        "frequency": frequency,
        "impedance": 1 / 3 + 100 / (1 + 1j * frequency),
        "point_time": 3.0 + np.arange(count * 3, dtype=float).reshape(shape),
        "voltage": np.tile([0.21, 0.22, 0.23], (count, 1)),
        "current": np.full(shape, 1e-3),
        "voltage_amplitude": np.full(shape, 5e-3),
        "current_amplitude": np.full(shape, 1e-5),
    }
    if count > 1:
        for values in fields.values():
            values[-1, -1] = np.nan
    return label(xr.Dataset({name: (("spectrum", "point"), v) for name, v in fields.items()}), "impedance")


def tree(**children: xr.Dataset) -> xr.DataTree:
    made = xr.DataTree.from_dict(dict(children))
    made.attrs["started"] = STARTED
    return made


def same(back: xr.Dataset, sent: xr.Dataset, *names: str) -> None:
    for name in names:
        np.testing.assert_allclose(back[name], sent[name], rtol=1e-14, atol=1e-17, err_msg=name)


def test_cycling_alone(tmp_path: Path) -> None:
    path = write_mpt(tree(cycling=cycling()), tmp_path / "a.mpt", comments="a\nvirtual cell")
    history = open_history(path)
    same(history["cycling"], cycling(), *(name for name in cycling().data_vars))
    assert set(history.children) == {"cycling"}
    assert history.attrs["technique"] == "Constant Current"
    assert history.attrs["started"] == STARTED
    assert history.attrs["header_comments"] == "a virtual cell"


def test_spectra_between_rows_and_in_their_rows(tmp_path: Path) -> None:
    for cycle_record in (cycling(), cycling(swept=True)):
        path = write_mpt(tree(cycling=cycle_record, impedance=spectra()), tmp_path / "a.mpt", technique="GEIS")
        history = open_history(path)
        assert history["cycling"].sizes["row"] == 7
        np.testing.assert_array_equal(np.flatnonzero(history["cycling"]["in_sweep"]), [3, 4, 5])
        same(history["impedance"], spectra(), *(str(name) for name in spectra().data_vars))
    same(history["cycling"], cycling(swept=True), *(str(name) for name in cycling().data_vars))
    assert history.attrs["technique"].startswith("Galvano")


def test_spectra_alone_of_unequal_length(tmp_path: Path) -> None:
    history = MptReader().read(write_mpt(tree(impedance=spectra(3)), tmp_path / "a.mpt"))
    same(history["impedance"], spectra(3), *(str(name) for name in spectra().data_vars))
    assert history["cycling"]["in_sweep"].all()
    assert history.attrs["technique"].startswith("Potentio")


def test_the_file_is_that_of_the_instrument(tmp_path: Path) -> None:
    content = write_mpt(tree(cycling=cycling()), tmp_path / "a.mpt", comments="25 °C").read_bytes()
    lines = content.split(b"\r\n")
    assert lines[0] == b"EC-Lab ASCII FILE"
    count = int(lines[1].split(b":")[1])
    assert lines[count - 1].split(b"\t")[:3] == [b"mode", b"Ns", b"time/s"]
    assert len(lines) == count + 4 + 1
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"25 \xb0C" in content


def test_no_start_no_line(tmp_path: Path) -> None:
    made = tree(cycling=cycling())
    made.attrs["started"] = ""
    path = write_mpt(made, tmp_path / "a.mpt")
    with pytest.warns(DataQualityWarning, match="acquisition"):
        assert MptReader().read(path).attrs["started"] == ""
    other = write_mpt(made, tmp_path / "a.mpt", started="2020-01-01T00:00:00")
    assert MptReader().read(other).attrs["started"] == "2020-01-01T00:00:00.000"


def test_what_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.mpt"
    with pytest.raises(SchemaError, match="Known: CC"):
        write_mpt(tree(cycling=cycling()), path, technique="XRD")
    with pytest.raises(SchemaError, match="no spectra"):
        write_mpt(tree(impedance=spectra()), path, technique="CC")
    with pytest.raises(SchemaError, match="'cycling' or 'impedance'"):
        write_mpt(xr.DataTree(), path)
    with pytest.raises(SchemaError, match="point_time"):
        write_mpt(tree(impedance=spectra().drop_vars("point_time")), path)
    with pytest.raises(SchemaError, match="3 rows and 5 points"):
        write_mpt(tree(cycling=cycling(swept=True), impedance=spectra(2)), path)
    with pytest.raises(SchemaError, match="ISO 8601"):
        write_mpt(tree(cycling=cycling()), path, started="noon")
    assert not path.exists()
