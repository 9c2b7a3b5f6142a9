"""Measured files are no ramps and are told why; printed protocols and figures of the papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alkanode.data import Cell
from alkanode.electrochem import current_ramp, half_width
from alkanode.io import open_history
from alkanode.plot.describe_critical_current import PARK_LINES


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cycling/na_nasicon_na_mb_short.mpr", "one direction only"),
        ("cycling/li_peo_geis_strip.mpr", "one direction only"),
        ("cycling/li_sym_150um_mb.mpr", "1 level only"),
        ("cycling/dummy_cell_cv.mpr", "no half cycle under current control"),
    ],
)
@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.AlkanodeWarning")
def test_measured_files_are_no_ramps(measured: Callable[[str], Path], name: str, reason: str) -> None:
    record = open_history([measured(name)])["cycling"].to_dataset()
    found = current_ramp(record, Cell(anode="Na"))
    assert not found.attrs["is_ramp"]
    assert reason in found.attrs["reason"]


def test_intervals_of_the_means_of_three_and_four_cells() -> None:
    """S004-069 rests on three cells and its neighbour on four: half widths 2.48 and 1.59 standard deviations."""
    assert (round(half_width(3), 2), round(half_width(4), 2)) == (2.48, 1.59)


def test_lines_of_the_dependence_on_capacity() -> None:
    """S004-044 to S004-047: 1C at 1 and at 3 mAh cm-2."""
    assert PARK_LINES == ((1.0, 1.0), (3.0, 3.0))
