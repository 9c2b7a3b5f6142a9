"""Places and classes judged on the object itself."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.cli.tomography.demo import confusion_lines
from alkanode.data.schema import label
from alkanode.virtual.tomograph import OperandoCell, OperandoSeries, Tomograph, operando_series
from alkanode.virtual.tomograph.judged import class_truth, registration_truth

SMALL = OperandoCell(inner_radius=60e-6, wall=8e-6, layers=2)


@pytest.fixture(scope="module")
def series() -> OperandoSeries:
    return operando_series(SMALL, Tomograph(rows=70, columns=112), seed=3)


def registration(series: OperandoSeries) -> xr.Dataset:
    """The true motion as a registration that states 0.03 and 0.04 um."""
    scans = len(series) - 1
    ones = np.ones(scans)
    return label(
        xr.Dataset(
            {
                "shift": (("scan", "component"), series.shift[1:]),
                "rotation": (("scan", "component"), series.rotation[1:]),
                "centre": ("component", series.centre),
                "shift_error": (("scan", "component"), np.full((scans, 3), 1e-8)),
                "rotation_error": (("scan", "component"), np.full((scans, 3), 1e-5)),
                **{
                    name: ("scan", value * ones)
                    for name, value in (
                        ("condition_number", 5.0),
                        ("displacement", 1e-6),
                        ("displacement_error", 3e-8),
                        ("displacement_noise", 1e-8),
                        ("axis_displacement_error", 4e-8),
                        ("residual_before", 2.0),
                        ("residual_after", 1.0),
                    )
                },
            },
            coords={"scan": [f"s{k}" for k in range(1, scans + 1)], "component": ["z", "y", "x"]},
        ),
        "registration",
    )


def test_the_true_motion_has_no_error_and_a_shift_or_turn_has_its_own(series: OperandoSeries) -> None:
    exact = registration(series)
    found = registration_truth(series, exact)
    assert found["largest_error"].to_numpy() == pytest.approx(0.0, abs=1e-12)
    assert found["stated_error"].to_numpy() == pytest.approx(5e-8)
    assert found["noise_error"].to_numpy() == pytest.approx(1e-8)
    shifted = exact.assign(shift=exact["shift"] + np.array([0.0, 3e-7, 4e-7]))
    assert registration_truth(series, shifted)["largest_error"].to_numpy() == pytest.approx(5e-7)
    turned = exact.assign(rotation=exact["rotation"] + np.array([1e-3, 0.0, 0.0]))
    rim = SMALL.inner_radius + SMALL.wall
    assert registration_truth(series, turned)["largest_error"].to_numpy() == pytest.approx(1e-3 * rim, rel=0.05)


def test_what_was_classed_as_it_is_is_found_and_the_rest_is_named(series: OperandoSeries) -> None:
    names = ["void", "NaK50", "mixed"]
    values = np.array([0.0, 65.0])
    transitions = [one if one == two else f"{one} -> {two}" for one in names for two in names]
    shape = (70, 112, 112)
    true = series.volume(0)["attenuation"].to_numpy()
    one = np.where(np.abs(true) < 1.0, 0, 8).astype(np.int16)  # voids right, all else as mixed
    classes = label(
        xr.Dataset(
            {
                "transition": (("z", "y", "x"), one),
                "probability": (("z", "y", "x"), np.ones(shape, np.float32)),
                "class_attenuation": ("material", np.array([0.0, 65.0, np.nan])),
                "material_attenuation": ("named_material", values),
                "member_of": ("named_material", np.array([0, 1])),
            },
            coords={
                **{axis: series.volume(0)[axis] for axis in "zyx"},
                "material": names,
                "named_material": names[:2],
            },
            attrs={"transitions": transitions},
        ),
        "material_classes",
    )
    table = class_truth(series, classes, 0, 0)
    lines = confusion_lines(table)
    assert lines[0].startswith("void: 100% of ")
    assert any(line.startswith("NaK50: 0% of ") and line.endswith("100% taken as mixed") for line in lines)
    assert not any(line.startswith("mixed") for line in lines)
