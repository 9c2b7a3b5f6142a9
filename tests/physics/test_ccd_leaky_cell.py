"""A ramp on a cell network of other physics (a filament that grows above a known current) is read back."""

from __future__ import annotations

import pytest

from alkanode.data import Cell, Electrolyte
from alkanode.electrochem import critical_current
from alkanode.virtual.leaky.ramp import shorting_ramp

CELL = Cell(
    anode="Na",
    counter="Na",
    area="1 cm2",
    electrolyte=Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
)


@pytest.mark.parametrize(
    ("critical", "how", "ends"),
    [
        (1.7, {"duration": 1800.0}, (0.0, 2.5)),
        (6.2, {"areal_capacity": 1.8e4}, (5.0, 7.5)),
        (9.1, {"duration": 1800.0}, (7.5, 10.0)),
        (30.0, {"areal_capacity": 1.8e4}, (10.0, float("inf"))),
    ],
)
def test_the_true_critical_current_lies_in_the_interval(
    critical: float, how: dict[str, float], ends: tuple[float, float]
) -> None:
    run = shorting_ramp(CELL, [2.5, 5.0, 7.5, 10.0], critical=critical, seed=1, **how)
    attrs = critical_current(run.record, CELL).attrs
    assert (attrs["last_passed"] / 1e-4, attrs["first_failed"] / 1e-4) == pytest.approx(ends)
    assert attrs["mode"] == ("constant time" if "duration" in how else "constant capacity")
