"""Records are checked and labelled."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import check, label
from alkanode.foundation.errors import SchemaError


def _cycling(**changes: object) -> xr.Dataset:
    fields: dict[str, object] = {
        "time": ("row", [0.0, 1.0]),
        "voltage": ("row", [0.0, 0.1]),
        "current": ("row", [0.0, 0.0]),
    }
    return xr.Dataset({**fields, **changes})


def test_units_are_written() -> None:
    labelled = label(_cycling(), "cycling")
    assert labelled["current"].attrs["units"] == "A"
    assert labelled["current"].attrs["display_unit"] == "mA"
    assert labelled.attrs["kind"] == "cycling"


def test_labels_do_not_change_the_argument() -> None:
    record = _cycling()
    label(record, "cycling")
    assert "units" not in record["current"].attrs
    assert "kind" not in record.attrs


@pytest.mark.parametrize(
    ("record", "kind", "says"),
    [
        (xr.Dataset({"time": ("row", [0.0])}), "cycling", "'voltage', 'current'"),
        (_cycling(), "cyclng", "known kind"),
        (_cycling(time=("row", [1.0, 0.0])), "cycling", "must not decrease"),
        (_cycling(time=("row", [0.0, np.nan])), "cycling", "must not decrease"),
        (_cycling(voltage=("row", ["a", "b"])), "cycling", "real numbers"),
        (_cycling(in_sweep=("row", [0, 1])), "cycling", "true or false"),
        (_cycling(voltage=(("row", "point"), np.zeros((2, 1)))), "cycling", "dimensions"),
    ],
)
def test_what_is_wrong_is_named(record: xr.Dataset, kind: str, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        check(record, kind)


def test_a_history_or_its_node_serves_as_the_record() -> None:
    tree = xr.DataTree.from_dict({"cycling": label(_cycling(), "cycling")})
    for given in (tree, tree["cycling"]):
        record = check(given, "cycling")
        assert isinstance(record, xr.Dataset)
        assert set(record.data_vars) == {"time", "voltage", "current"}
    with pytest.raises(SchemaError, match="'impedance'"):
        check(tree, "impedance")
    with pytest.raises(SchemaError, match=r"xarray\.Dataset; found dict"):
        check({}, "cycling")  # type: ignore[arg-type]
