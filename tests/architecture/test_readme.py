"""The Python example of the README works as printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert code is not None
    assert len(code[1].strip().splitlines()) <= 12
    exec(compile(code[1], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"39[78] mAh/g, 7[56]% of the liquid field", printed)
    assert "@article{Wu2025" in printed
    assert (tmp_path / "map.png").stat().st_size > 10_000


def test_the_study_of_the_readme_is_valid(tmp_path: Path) -> None:
    from alkanode.studies import Study

    block = re.search(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert block is not None
    (tmp_path / "study.yaml").write_text(block[1], encoding="utf-8")
    for name in ("formation.mpr", "stripping.mpr"):
        (tmp_path / name).write_bytes(b"")
    study = Study.from_yaml(tmp_path / "study.yaml")
    assert study.cell.stack_pressure == pytest.approx(1e7)
    assert study.cell.alloy is not None
    assert study.cell.alloy.name == "NaK50"
