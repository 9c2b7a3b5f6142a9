"""Fixtures shared by all tests."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def _data_folder() -> Path:
    named = os.environ.get("ALKANODE_TEST_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def measured() -> Callable[[str], Path]:
    """Path of a measured file of another laboratory, or a skip with the reason.

    The folder is ``ALKANODE_TEST_DATA``, or ``shared/data`` beside the checkout. With ``ALKANODE_REQUIRE_DATA=1``
    a missing file fails instead.
    """
    folder = _data_folder()

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            reason = f"measured file {name} is absent from {folder}; set ALKANODE_TEST_DATA"
            if os.environ.get("ALKANODE_REQUIRE_DATA") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find


@pytest.fixture(scope="session")
def measured_folder(measured: Callable[[str], Path]) -> Path:
    """Folder of the measured files."""
    return measured("SOURCES.md").parent


@pytest.fixture(scope="session")
def printed(measured_folder: Path) -> Callable[[str], float]:
    """Number printed in the papers under a row of the table of printed figures, for example ``printed("S002-019")``.

    The table lies beside the folder of the measured files and is found, or skipped, as those are.
    """
    path = measured_folder.parent / "seed_figures.csv"
    if not path.exists():
        reason = f"the table of printed figures is absent: {path}"
        if os.environ.get("ALKANODE_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row["value"] for row in csv.DictReader(stream)}
    return lambda code: float(rows[code])
