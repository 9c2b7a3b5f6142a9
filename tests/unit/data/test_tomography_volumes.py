"""Volumes on disk: blocks, markers, lazy opening, and what interrupted writers leave."""

from __future__ import annotations

import functools
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data.volumes import (
    Marker,
    VolumeField,
    VolumeLayout,
    canonical,
    configuration_hash,
    create_volume,
    marker_folder,
    open_volume,
    read_markers,
    remove_volume,
    row_blocks,
    save_volume,
    volume_blocks_done,
    write_block,
    write_marker,
)
from alkanode.foundation.errors import ReaderError, SchemaError


def grid(rows: int, width: int) -> xr.Dataset:
    return xr.Dataset(
        coords={"z": np.arange(rows) * 1e-6, "y": np.arange(width) * 1e-6, "x": np.arange(width + 1) * 1e-6}
    )


def layout(rows: int = 11, width: int = 9, **options: object) -> VolumeLayout:
    fields = {"attenuation": VolumeField(), "attenuation_noise": VolumeField(dims=("z",), dtype="float64")}
    settings = {"kind": "volume", "fields": fields, "static": grid(rows, width), "block_rows": 4, "tile": 4}
    return VolumeLayout(**{**settings, **options})  # type: ignore[arg-type]


def block(rows: int, width: int = 9, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "attenuation": rng.normal(size=(rows, width, width + 1)).astype(np.float32),
        "attenuation_noise": rng.random(rows),
    }


def test_blocks_written_in_any_order_read_back_exactly(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    parts = {start: block(stop - start, seed=start) for start, stop in layout().blocks}
    for start in (8, 0, 4):
        write_block(path, start, parts[start], token="a")
    volume = open_volume(path)
    for name in ("attenuation", "attenuation_noise"):
        np.testing.assert_array_equal(volume[name], np.concatenate([parts[s][name] for s in (0, 4, 8)]))
    assert volume["attenuation"].attrs["units"] == "m-1"
    assert volume.attrs["kind"] == "volume"


def test_a_volume_is_read_only_where_it_is_used(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    for start, stop in layout().blocks:
        write_block(path, start, block(stop - start), token="a")
    volume = pickle.loads(pickle.dumps(open_volume(path)))
    for file in (path / "attenuation" / "c" / "2").rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    assert np.isfinite(volume["attenuation"].isel(z=slice(0, 8)).to_numpy()).all()
    with pytest.raises(ValueError, match="checksum"):
        volume["attenuation"].isel(z=9).to_numpy()


def test_a_volume_without_all_its_blocks_is_not_whole(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    write_block(path, 4, block(4), token="a")
    with pytest.raises(ReaderError, match="1 of 3 blocks"):
        open_volume(path)
    part = open_volume(path, whole=False)
    assert part.attrs["missing_slices"] == 7
    assert np.isnan(part["attenuation"][:4]).all()
    assert np.isfinite(part["attenuation"][4:8]).all()


def test_a_block_of_another_configuration_does_not_count(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="new")
    write_block(path, 0, block(4), token="old")
    assert volume_blocks_done(path, "new") == set()
    assert volume_blocks_done(path, "old") == {0}


def test_a_volume_whose_making_was_cut_off_is_no_volume(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    metadata = path / "zarr.json"
    metadata.write_text(metadata.read_text(encoding="utf-8").replace('"token": "a"', '"other": "a"'), encoding="utf-8")
    with pytest.raises(ReaderError, match="without token"):
        open_volume(path)
    with pytest.raises(ReaderError):
        open_volume(tmp_path / "absent.zarr")


def test_a_marker_that_was_cut_off_counts_as_absent(tmp_path: Path) -> None:
    path = tmp_path / "v.zarr"
    write_marker(path, Marker(token="a", start=0, stop=4))
    file = write_marker(path, Marker(token="a", start=4, stop=8))
    file.write_text('{"token": "a", "sta', encoding="utf-8")
    assert set(read_markers(path)) == {0}


def test_removing_takes_the_markers_too(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    write_block(path, 0, block(4), token="a")
    remove_volume(path)
    assert not path.exists()
    assert not marker_folder(path).exists()


@pytest.mark.parametrize(
    ("start", "values", "message"),
    [
        (2, block(4), "slices 0|slices 2"),
        (0, block(3), "slices 0 to 3"),
        (0, block(4, width=8), "across"),
        (0, {"attenuation": block(4)["attenuation"]}, "holds attenuation, attenuation_noise"),
        (0, {**block(4), "sign": block(4)["attenuation"]}, "found attenuation, attenuation_noise, sign"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(
    tmp_path: Path, start: int, values: dict[str, np.ndarray], message: str
) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    with pytest.raises(SchemaError, match=message):
        write_block(path, start, values, token="a")
    assert volume_blocks_done(path, "a") == set()


def test_layouts_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="along z first"):
        layout(fields={"attenuation": VolumeField(dims=("y", "x"))})
    with pytest.raises(SchemaError, match="coordinates"):
        layout(fields={"attenuation": VolumeField(dims=("z", "depth"))})
    with pytest.raises(SchemaError, match="at least one"):
        layout(block_rows=0)
    with pytest.raises(SchemaError, match="no such field"):
        create_volume(tmp_path / "v.zarr", layout(fields={"sign": VolumeField()}), token="a")
    with pytest.raises(SchemaError, match="zarr"):
        create_volume(tmp_path / "v.h5", layout(), token="a")


def test_a_whole_record_keeps_texts_flags_and_scalars(tmp_path: Path) -> None:
    shape = (5, 3, 4)
    rng = np.random.default_rng(0)
    record = grid(5, 3).assign(
        transition=(("z", "y", "x"), rng.integers(0, 4, shape).astype(np.int16)),
        probability=(("z", "y", "x"), rng.random(shape).astype(np.float32)),
        class_attenuation=("material", [32.0, 98.0]),
    )
    record = record.assign_coords(material=["Na", "K"]).assign_attrs(kind="material_classes", rule="most probable")
    save_volume(record, tmp_path / "c.zarr", block_rows=2)
    back = open_volume(tmp_path / "c.zarr")
    assert back["material"].to_numpy().tolist() == ["Na", "K"]
    assert back.attrs["rule"] == "most probable"
    for name in ("transition", "probability", "class_attenuation"):
        np.testing.assert_array_equal(back[name], record[name])
    with pytest.raises(SchemaError):
        save_volume(record.assign_attrs(kind=""), tmp_path / "d.zarr")


def test_attributes_on_which_all_blocks_agree_are_those_of_the_volume(tmp_path: Path) -> None:
    path = create_volume(tmp_path / "v.zarr", layout(), token="a")
    for start, stop in layout().blocks:
        write_block(
            path, start, block(stop - start), token="a", attrs={"filter": "hann", "repaired": start, "doubts": []}
        )
    attrs = open_volume(path).attrs
    assert attrs["filter"] == "hann"
    assert "repaired" not in attrs
    assert [marker.attrs["repaired"] for marker in read_markers(path).values()] == [0, 4, 8]


@given(rows=st.integers(0, 200), size=st.integers(1, 40))
def test_blocks_cover_every_row_once(rows: int, size: int) -> None:
    assert [row for start, stop in row_blocks(rows, size) for row in range(start, stop)] == list(range(rows))


@dataclass(frozen=True)
class Options:
    width: float = 1.5
    names: tuple[str, ...] = ("a", "b")


def named(x: float) -> float:
    return x


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_equal_configurations_have_equal_hashes_and_survive_pickling(value: object) -> None:
    assert configuration_hash(value) == configuration_hash(pickle.loads(pickle.dumps(value)))


@given(st.dictionaries(st.text(max_size=3), st.integers(), min_size=1), st.integers())
def test_a_changed_number_changes_the_hash(value: dict[str, int], number: int) -> None:
    name = next(iter(value))
    changed = {**value, name: number}
    assert (configuration_hash(value) == configuration_hash(changed)) == (value == changed)
    assert configuration_hash(dict(reversed(value.items()))) == configuration_hash(value)


def test_configurations_of_many_sorts() -> None:
    assert configuration_hash(Options()) != configuration_hash(Options(width=1.6))
    assert configuration_hash(functools.partial(named, x=1.0)) != configuration_hash(functools.partial(named, x=2.0))
    assert configuration_hash(np.arange(3)) != configuration_hash(np.arange(3.0))
    assert configuration_hash(np.arange(4)) != configuration_hash(np.arange(4).reshape(2, 2))
    assert configuration_hash(np.float64(2.0)) == configuration_hash(2.0)
    assert configuration_hash({1, 2}) == configuration_hash({2, 1})
    assert canonical(named).endswith("named")
    one, other = xr.Dataset({"a": ("x", [1, 2])}), xr.Dataset({"a": ("x", [1, 3])})
    assert configuration_hash(one) != configuration_hash(other)
    with pytest.raises(SchemaError, match="has a name"):
        canonical(lambda x: x)
    with pytest.raises(SchemaError, match="object"):
        canonical(object())
