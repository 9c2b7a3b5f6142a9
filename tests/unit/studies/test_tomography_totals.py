"""Totals from the whole distribution: made as a step of a series, and told beside the sums of single grains."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_cell as made
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.studies.tomography.findings import findings_of
from alkanode.studies.tomography.gather import Gather
from alkanode.studies.tomography.numbers import estimates_of, numbers_of
from alkanode.studies.tomography.tables import tables_of
from alkanode.studies.wording import worded
from alkanode.tomography.corrections import Corrections, Stripes
from alkanode.tomography.registration import FixedMaterial
from alkanode.tomography.series import (
    CalibrateThreshold,
    FindAxis,
    MeasureDistribution,
    RegisterScans,
    SeriesPlan,
    SeriesResult,
    run_series,
    standard_steps,
)
from alkanode.tomography.series.steps.distribution import Measure, distribution_of

PAIR = "b_from_a"
CONTRASTS = {"NaK50 -> Na": made.SODIUM - made.ANODE, "void -> NaK50": made.ANODE}
pytestmark = pytest.mark.slow


def doubled(difference: xr.Dataset, *others: Any) -> xr.Dataset:
    """The distribution of a change whose noise is twice that of its maps."""
    return distribution_of(difference.assign(attenuation_change=2 * difference["attenuation_change"]), *others)


def run(folder: Path, measure: Measure = distribution_of, **options: float) -> SeriesResult:
    """Two scans with one ball of sodium more in the second."""
    plan = SeriesPlan(
        scans={"a": partial(made.small_scan, 0), "b": partial(made.small_scan, 1)},
        corrections=Corrections(stripes=Stripes(method="none")),
        steps=standard_steps(),
    )
    for step in (
        FindAxis(columns=dict.fromkeys("ab", made.AXIS_COLUMN)),
        RegisterScans(options={"mask": FixedMaterial(lower=500.0, upper=2000.0, erode=0)}),
        CalibrateThreshold(options={"false_grains": 200.0}),
        MeasureDistribution(contrasts=CONTRASTS, options={"smallest_diameter": 1e-5, **options}, measure=measure),
    ):
        plan = plan.with_step(step)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return run_series(plan, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("series")


def test_totals_stand_beside_the_sums_of_grains(folder: Path) -> None:
    series = run(folder, widest_core=100.0)
    assert series.tasks[f"distribution/{PAIR}"] == "done"
    record = series.open("distribution", PAIR)
    assert record["transition"].to_numpy().tolist() == list(CONTRASTS)
    assert "counting noise only" in record.attrs["null_contains"]
    found = estimates_of(series, numbers_of(series, Gather(series, {})))
    assert {"volume_lost_in_b", "volume_lost_total_in_b", "volume_gained_total_in_b"} <= set(found)
    assert found["volume_lost_total_in_b"].value == pytest.approx(float(record["volume_lost"]))
    assert "whole distribution" in found["volume_lost_total_in_b"].label
    assert "whole distribution" not in found["volume_lost_in_b"].label
    row = tables_of(series, None, numbers_of(series, Gather(series, {})))["totals"]().rows[0]
    assert row[2] == worded(found["volume_lost_total_in_b"])
    assert row[-1] is None
    assert any(one.startswith("By the whole distribution") for one in findings_of(series, found))


def test_a_refusal_is_told_with_its_reason(folder: Path) -> None:
    series = run(folder, measure=doubled)
    record = series.open("distribution", PAIR)
    found = estimates_of(series, numbers_of(series, Gather(series, {})))
    assert found["volume_lost_total_in_b"].value is None
    assert "times as wide" in found["volume_lost_total_in_b"].label
    row = tables_of(series, None, numbers_of(series, Gather(series, {})))["totals"]().rows[0]
    assert row[1:3] == ("unknown", "unknown")
    assert "times as wide" in str(row[-1])
    assert not any(one.startswith("By the whole distribution") for one in findings_of(series, found))
    assert np.isnan(record["volume_lost_interval"].to_numpy()).all()
