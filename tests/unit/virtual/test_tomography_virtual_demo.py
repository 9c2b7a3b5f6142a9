"""The experiment of the demonstration: files, and truth under names that a study knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alkanode.io.projections import open_projections
from alkanode.studies.study import Study
from alkanode.virtual import write_tomography_demo
from alkanode.virtual.tomograph import OperandoCell, Tomograph, demo, operando_series


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with a tiny view."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "demo_cell", lambda: OperandoCell(inner_radius=60e-6, wall=8e-6, layers=2))
        patch.setattr(demo, "default_tomograph", lambda **_: Tomograph(rows=70, columns=112, angles=12))
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


def test_every_truth_has_a_name_a_quantity_and_a_value_that_is_not_zero(small: Path) -> None:
    truth = Study.from_yaml(small).model.truth
    assert {name.split(".")[0] for name in truth} == {"tomography"}
    assert {one.quantity for one in truth.values()} == {
        "volume_gained",
        "volume_lost",
        "balance_ratio",
        "contact_area_fraction",
    }
    assert all(float(one.value) > 0 for one in truth.values())
    assert "tomography.attenuation_balance_in_scan_5" not in truth


def test_volume_of_grains_leaves_out_motion_thin_shells_and_composition() -> None:
    series = operando_series(OperandoCell(inner_radius=60e-6, wall=8e-6, layers=2), Tomograph(rows=70), seed=3)
    changes = series.changes(0, 2)
    everything = float(changes["grain_volume"].sum())
    counted = sum(demo.volume_of_grains(changes, sign) for sign in (-1, 1))
    causes = changes["cause"].to_numpy()
    potassium = float(changes["grain_volume"].to_numpy()[causes == "potassium grain"].sum())
    assert 0 < counted < 0.5 * everything
    assert demo.volume_of_grains(changes, 1) == pytest.approx(potassium)
    assert np.isin(["film thinner", "fibre moved"], causes).all()
