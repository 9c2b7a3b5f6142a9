"""Every example runs without a screen and without files from outside, warns of nothing and ends in a figure.

The code and the study and cell files that stand in the pages of the documentation work too.
"""

from __future__ import annotations

import ast
import os
import re
import runpy
import textwrap
from pathlib import Path

import pytest
import yaml

from alkanode.data import Cell
from alkanode.foundation.units import to_si
from alkanode.io import ColumnMap
from alkanode.studies.study import StudyModel

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*/plot_*.py"))


def _name(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def test_there_are_examples_of_every_part() -> None:
    assert {path.parent.name for path in SCRIPTS} == {
        "cell_models",
        "electrochem",
        "impedance",
        "io",
        "thermo",
        "tomography",
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_first_docstring_has_a_title_and_an_explanation(script: Path) -> None:
    text = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").splitlines()
    assert len(text) > 3
    assert set(text[1]) == {"="}
    assert len(text[1]) == len(text[0])
    assert (script.parent / "GALLERY_HEADER.rst").is_file()


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_example_runs_and_draws(
    script: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import matplotlib as mpl

    monkeypatch.setenv("MPLBACKEND", "Agg")
    mpl.use("Agg")
    from matplotlib import pyplot

    monkeypatch.chdir(tmp_path)
    pyplot.close("all")
    try:
        runpy.run_path(str(script), run_name="__main__")
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        assert figures, "an example ends in a figure"
        for figure in figures:
            figure.canvas.draw()
            assert any(axes.has_data() for axes in figure.axes)
    finally:
        pyplot.close("all")
    assert capsys.readouterr().out, "an example prints what it found"
    assert os.listdir(tmp_path) == [], "an example leaves no files behind"


_BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n(?:   :caption: (\S+)\n)?\n((?:   .*\n|\n)+)", re.MULTILINE)


def _blocks(page: Path, language: str) -> list[str]:
    found = _BLOCK.findall(page.read_text(encoding="utf-8") + "\n")
    return [textwrap.dedent(block) for kind, _, block in found if kind == language]


def _files(page: Path) -> dict[str, str]:
    """The blocks that are files: name in the caption -> content."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8") + "\n")
    return {name: textwrap.dedent(block).strip("\n") + "\n" for _, name, block in found if name}


PAGES = sorted(page for page in [*DOCUMENTS.glob("*.rst"), *DOCUMENTS.glob("guide/*.rst")])
PYTHON_PAGES = [page for page in PAGES if _blocks(page, "python")]
YAML_PAGES = [page for page in PAGES if _blocks(page, "yaml")]


def test_pages_hold_code() -> None:
    assert {"start.rst", "concepts.rst", "formats.rst", "thermo.rst", "electrochem.rst", "impedance.rst"} <= {
        page.name for page in PYTHON_PAGES
    }
    assert {"start.rst", "studies.rst", "formats.rst"} <= {page.name for page in YAML_PAGES}


@pytest.mark.filterwarnings("default::alkanode.foundation.errors.DataQualityWarning")
@pytest.mark.parametrize("page", PYTHON_PAGES, ids=lambda page: page.name)
def test_code_of_a_page_runs(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    monkeypatch.chdir(tmp_path)
    for name, content in _files(page).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    try:
        exec(compile("\n".join(_blocks(page, "python")), str(page), "exec"), {"__name__": "__main__"})
    finally:
        pyplot.close("all")


@pytest.mark.parametrize("page", YAML_PAGES, ids=lambda page: page.name)
def test_files_shown_on_a_page_are_valid(page: Path) -> None:
    seen = set()
    for block in _blocks(page, "yaml"):
        content = yaml.safe_load(block)
        if "positive" in content or "frequency" in content.get("columns", {}):
            assert ColumnMap.from_mapping(content).columns
            seen.add("column map")
            continue
        if "title" in content:
            study = StudyModel.model_validate(content)
            cell = study.cell if isinstance(study.cell, dict) else None
            seen.add("study")
        elif "truth" in content:
            known = StudyModel.model_validate({"title": "t", "cell": "c", "files": ["f"], **content}).truth
            assert all(to_si(one.value, one.quantity) > 0 for one in known.values())
            continue
        else:
            cell = content
        if cell is not None:
            assert Cell.from_mapping(cell).anode.mass == pytest.approx(4.3e-6)
            seen.add("cell")
    assert seen in ({"study", "cell"}, {"column map"})
