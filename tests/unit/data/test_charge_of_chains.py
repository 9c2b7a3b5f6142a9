"""The charge of a chain is the sum of the charges of its files, each judged by its own witnesses."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import chain_histories, label, passed_charge
from alkanode.foundation.errors import DataQualityWarning, SchemaError


def history(
    started: str, *, counter: float = 1.0, rows: int = 400, digest: str = "", noise: float = 1e-6
) -> xr.DataTree:
    """About 1 mA for ``rows`` - 1 s; the instrument's counter sees only the share ``counter`` of it."""
    time = np.arange(rows, dtype=float)
    random = np.random.default_rng(rows)
    fields = {
        "time": time,
        "voltage": np.full(rows, 0.1),
        "current": 1e-3 + noise * random.normal(size=rows),
        "charge": counter * 1e-3 * time,
        "control_mode": np.full(rows, 1),
    }
    record = label(xr.Dataset({key: ("row", values) for key, values in fields.items()}), "cycling")
    record.attrs["current_from"] = "measured, column I"
    tree = xr.DataTree.from_dict({"cycling": record})
    tree.attrs.update(started=started, sha256=digest, source_file=f"{started}.mpr")
    return tree


def total(tree: xr.DataTree) -> float:
    return float(passed_charge(tree["cycling"].to_dataset())[0][-1])


def test_a_counter_that_misses_charge_is_not_saved_by_another_file() -> None:
    bad = history("2025-01-01T00:00:00", counter=0.9)
    noisy = history("2025-01-02T00:00:00", rows=300, noise=5e-4)
    assert total(bad) == pytest.approx(0.399, rel=1e-3)
    assert total(noisy) == pytest.approx(0.299, rel=1e-9)
    chained = chain_histories([bad, noisy])
    assert total(chained) == pytest.approx(total(bad) + total(noisy), rel=1e-12)
    _, how = passed_charge(chained["cycling"].to_dataset())
    assert "integral of the measured current" in how
    assert "agrees with the measured current" in how


def test_no_charge_passes_between_files() -> None:
    """The current was on at the end of the first file and at the begin of the second, a day later."""
    first, second = history("2025-01-01T00:00:00"), history("2025-01-02T00:00:00", rows=200)
    for tree in (first, second):
        tree["cycling"] = tree["cycling"].to_dataset().drop_vars("charge")
    assert total(chain_histories([first, second])) == pytest.approx(0.399 + 0.199, rel=1e-3)


def test_overlapping_rows_do_not_count_twice() -> None:
    with pytest.warns(DataQualityWarning, match="overlapping"):
        chained = chain_histories([history("2025-01-01T00:00:00"), history("2025-01-01T00:05:00")])
    assert float(chained["cycling"]["charge"][-1]) == pytest.approx(0.699, rel=1e-9)
    assert total(chained) == pytest.approx(0.699, rel=1e-3)


def test_a_file_is_given_once() -> None:
    twice = [history("2025-01-01T00:00:00", digest="a"), history("2025-01-02T00:00:00", digest="a")]
    with pytest.raises(SchemaError, match="given once"):
        chain_histories(twice)


@pytest.mark.parametrize(
    ("attrs", "says"),
    [
        ({"current_from": "set-point where the current was controlled"}, "no measured current"),
        ({"charge_from": "integrated current"}, "integral of the measured current"),
        ({}, "agrees with the measured current"),
    ],
)
def test_the_witness_is_named(attrs: dict[str, str], says: str) -> None:
    record = history("2025-01-01T00:00:00")["cycling"].to_dataset()
    record.attrs |= attrs
    assert says in passed_charge(record)[1]


def test_a_counter_without_control_is_only_a_counter() -> None:
    record = history("2025-01-01T00:00:00")["cycling"].to_dataset().drop_vars("control_mode")
    assert passed_charge(record)[1] == "the instrument's charge counter"


def test_the_counter_is_trusted_where_the_current_is_missing() -> None:
    time = np.arange(10.0)
    fields = {
        "time": time,
        "voltage": np.ones(10),
        "current": np.full(10, np.nan),
        "charge": 2.0 * time,
        "control_mode": np.ones(10, dtype=np.int32),
    }
    record = label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")
    charge, how = passed_charge(record)
    assert charge[-1] == pytest.approx(18.0)
    assert "missing in places" in how
