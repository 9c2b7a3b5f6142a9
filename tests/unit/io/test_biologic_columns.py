"""Labels, units and column numbers of BioLogic files."""

from __future__ import annotations

import pytest

from alkanode.foundation.errors import ReaderError
from alkanode.io.biologic.columns import CHECKED, FLAGS, meaning, mpr_column


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("time/s", ("time", 1.0)),
        ("Ewe/V", ("voltage", 1.0)),
        ("<Ewe/V>", ("mean_voltage", 1.0)),
        ("Ewe/mV", ("voltage", 1e-3)),
        ("<I>/mA", ("mean_current", 1e-3)),
        ("I/µA", ("current", 1e-6)),
        ("I/\u03bcA", ("current", 1e-6)),
        ("(Q-Qo)/mA.h", ("charge", 3.6)),
        ("(Q-Qo)/C", ("charge", 1.0)),
        ("control/mA", ("control_current", 1e-3)),
        ("control/V/mA", ("control", 1.0)),
        ("freq/Hz", ("frequency", 1.0)),
        ("-Im(Z)/Ohm", ("minus_imaginary", 1.0)),
    ],
)
def test_meaning_and_factor(label: str, expected: tuple[str, float]) -> None:
    assert meaning(label) == expected


@pytest.mark.parametrize("label", ["ox/red", "Q charge/discharge/mA.h", "Efficiency/%", "x", "", "Cs/µF", "|Z|"])
def test_columns_without_use_are_passed_over(label: str) -> None:
    assert meaning(label) is None


@pytest.mark.parametrize("label", ["I/furlong", "time/day", "Ewe/mA"])
def test_unknown_units_are_refused(label: str) -> None:
    with pytest.raises(ReaderError, match="unit"):
        meaning(label)


def test_low_numbers_are_twins_of_high_ones() -> None:
    assert mpr_column(182, [4, 182]) == mpr_column(438, [4, 438]) == ("step time/s", "<f8")
    assert mpr_column(215, [32, 215]) == ("<Ece>/V", "<f4")
    assert mpr_column(242, [4, 242]) is None
    assert mpr_column(999, [4, 999]) is None


def test_the_ambiguous_number_is_settled_by_the_other_columns() -> None:
    assert mpr_column(174, [4, 174]) == ("<Ewe>/V", "<f4")
    assert mpr_column(174, [4, 32, 174]) == ("Phase(Zwe-ce)/deg", "<f4")


def test_checked_numbers_are_in_the_table() -> None:
    assert all(number in FLAGS or mpr_column(number, [number]) for number in CHECKED)
