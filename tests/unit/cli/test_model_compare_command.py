"""``alkanode compare`` and ``alkanode design`` say what is wrong with what they are given."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import save


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["compare"], "MEASURED file"),
        (["compare", "a.mpt", "b.h5", "--paper", "Wu2025"], "--paper goes with --published"),
        (["compare", "a.mpt", "--published"], "takes no files"),
        (["design", "absent.yaml"], "absent.yaml"),
    ],
)
def test_misuse_is_named(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    assert message in capsys.readouterr().err


def test_what_is_no_history_of_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{second},{second / 100},0.001\n" for second in range(50))
    (tmp_path / "run.bdf.csv").write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")
    save(xr.DataTree.from_dict({"/cycling": xr.Dataset({"time": ("row", [0.0])})}), tmp_path / "other.h5")
    assert run(["compare", str(tmp_path / "run.bdf.csv"), str(tmp_path / "other.h5")]) == 2
    assert "holds the history of a model" in capsys.readouterr().err
