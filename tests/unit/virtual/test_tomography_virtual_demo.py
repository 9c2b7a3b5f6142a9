"""The experiment of the demonstration: files, and truth under names that a study knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alkanode.io.projections import open_projections
from alkanode.studies.study import Study
from alkanode.virtual import write_tomography_demo
from alkanode.virtual.tomograph import OperandoCell, Tomograph, demo, moved, operando_series, sphere
from alkanode.virtual.tomograph.known_numbers import changes_between, true_numbers


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with a tiny view."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "demo_cell", lambda: OperandoCell(inner_radius=60e-6, wall=8e-6, layers=2))
        patch.setattr(demo, "default_tomograph", lambda **_: Tomograph(rows=70, columns=112, angles=180))
        folder = tmp_path_factory.mktemp("demo")
        study = write_tomography_demo(folder, seed=3)
        written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert write_tomography_demo(folder, seed=3) == study
        assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == written
        return study


def test_the_study_names_five_scans_that_open(small: Path) -> None:
    study = Study.from_yaml(small)
    assert study.model.analyses.tomography is not None
    assert study.model.analyses.stripping is None
    assert list(study.model.analyses.tomography.names) == [f"scan_{k}" for k in range(1, 6)]
    for name in study.model.analyses.tomography.scans:
        assert open_projections(small.parent / str(name)).sizes["row"] == 70


def test_every_truth_has_a_name_and_a_quantity_and_zeros_are_among_them(small: Path) -> None:
    truth = Study.from_yaml(small).model.truth
    assert {name.split(".")[0] for name in truth} == {"tomography"}
    assert {one.quantity for one in truth.values()} == {
        "areal_capacity",
        "axis_column",
        "balance_ratio",
        "contact_area_fraction",
        "contact_spacing",
        "displacement",
        "grain_count",
        "mean_grain_volume",
        "opening",
        "rotation_angle",
        "void_spacing",
        "volume_displaced",
        "volume_gained",
        "volume_lost",
        "volume_of_fringes",
    }
    assert truth["tomography.widest_crack_in_scan_5"].value == 0
    assert truth["tomography.areal_capacity_in_scan_3"].value == pytest.approx(0.5 * 3.6e4)
    assert "tomography.attenuation_balance_in_scan_5" not in truth


SMALL = OperandoCell(inner_radius=60e-6, wall=8e-6, layers=2)


def test_volume_of_grains_leaves_out_motion_thin_shells_and_composition() -> None:
    series = operando_series(SMALL, Tomograph(rows=70), seed=3)
    changes = series.changes(0, 2)
    everything = float(changes["grain_volume"].sum())
    counted = {name: value for name, (value, _) in changes_between(series, 0, 2, 5e-6).items()}
    causes = changes["cause"].to_numpy()
    potassium = float(changes["grain_volume"].to_numpy()[causes == "potassium grain"].sum())
    assert 0 < counted["volume_gained"] + counted["volume_lost"] < 0.5 * everything
    assert counted["volume_gained"] == pytest.approx(potassium)
    assert counted["mean_grain_volume_gained"] * counted["grain_count_gained"] == pytest.approx(potassium)
    assert counted["volume_lost_total"] > counted["volume_lost"]
    assert counted["volume_displaced"] > 0


def test_nothing_is_true_of_two_scans_of_one_state() -> None:
    series = operando_series(
        OperandoCell(
            inner_radius=60e-6, wall=8e-6, layers=2, stripped_shares=(0.0, 0.0, 1.0), precipitated=(0.0, 0.0, 1.0)
        ),
        Tomograph(rows=70),
        seed=3,
    )
    assert {value for value, _ in changes_between(series, 0, 1, 5e-6).values()} == {0.0}


def test_a_shift_is_that_of_the_origin_whatever_point_the_stage_turned_about() -> None:
    series = operando_series(SMALL, Tomograph(rows=70), seed=3)
    truth = true_numbers(series, [f"s{k}" for k in range(5)], 5e-6)
    found = [truth[f"tomography.shift_{axis}_in_s2"]["value"] for axis in "zyx"]
    (point,) = moved([sphere((0, 0, 0), 1e-6, 1.0)], series.shift[2], series.rotation[2], series.centre)
    np.testing.assert_allclose(found, point.centres[0], atol=1e-15)
