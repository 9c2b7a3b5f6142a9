"""The shape of the package: what is loaded when, what is public, what the tree may not hold."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import alkanode
from alkanode.foundation.vocabulary import VOCABULARY

ROOT = Path(alkanode.__file__).parent
HEAVY = (
    "numpy",
    "scipy",
    "xarray",
    "pandas",
    "polars",
    "zarr",
    "h5py",
    "pint",
    "pydantic",
    "matplotlib",
    "plotly",
    "pycalphad",
    "numba",
    "skimage",
    "dask",
)
PUBLIC = (
    "data",
    "electrochem",
    "impedance",
    "io",
    "materials",
    "plot",
    "report",
    "studies",
    "thermo",
    "tomography",
    "virtual",
)


def loaded_by(code: str) -> set[str]:
    """Heavy packages that a fresh interpreter has loaded after running some code."""
    script = f"{code}\nimport sys\nprint('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


def test_the_root_loads_nothing_scientific() -> None:
    assert loaded_by("import alkanode") == set()


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["demo", "--help"], ["thermo", "--help"], ["tomography", "--help"], ["run", "--help"]],
)
def test_help_loads_nothing_scientific(words: list[str]) -> None:
    assert loaded_by(f"from alkanode.cli.main import run\nassert run({words!r}) == 0") == set()


def test_drawing_libraries_are_loaded_only_to_draw() -> None:
    code = "import alkanode.studies, alkanode.plot, alkanode.report, alkanode.thermo"
    assert loaded_by(code).isdisjoint({"matplotlib", "plotly", "pycalphad", "pint"})


def test_every_public_name_exists() -> None:
    for name in alkanode.__all__:
        assert getattr(alkanode, name) is not None
    with pytest.raises(AttributeError):
        _ = alkanode.no_such_name


@pytest.mark.parametrize("folder", PUBLIC)
def test_public_functions_say_what_they_are(folder: str) -> None:
    """Each public function has a docstring, types, and names the unit or dimension of what it takes and gives."""
    module = importlib.import_module(f"alkanode.{folder}")
    for name in module.__all__:
        thing = getattr(module, name)
        if (
            inspect.ismodule(thing)
            or not callable(thing)
            or not getattr(thing, "__module__", "").startswith("alkanode")
        ):
            continue
        assert inspect.getdoc(thing), f"{folder}.{name} has no docstring"
        if inspect.isfunction(thing):
            missing = [p.name for p in inspect.signature(thing).parameters.values() if p.annotation is p.empty]
            assert not missing, f"{folder}.{name}: {missing} without types"
            assert inspect.signature(thing).return_annotation is not inspect.Signature.empty


def test_every_reader_loads() -> None:
    found = entry_points(group="alkanode.readers")
    assert {point.name for point in found} >= {"biologic-mpr", "biologic-mpt", "bdf-csv"}
    for point in found:
        reader = point.load()()
        assert reader.name == point.name
        assert reader.suffixes


def test_typed_and_with_its_data() -> None:
    for name in (
        "py.typed",
        "foundation/references.bib",
        "report/report.html.jinja",
        "thermo/assessment/shipped/k_na.yaml",
    ):
        assert (ROOT / name).is_file()


def test_no_file_is_a_pile() -> None:
    """One idea per file: none beyond 500 lines, none named for having no idea."""
    for path in ROOT.rglob("*.py"):
        assert path.stem not in {"utils", "helpers", "misc", "common"}, path
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, path


def test_nothing_is_printed_and_nothing_is_left_open() -> None:
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "TODO" not in text, path
        assert "FIXME" not in text, path
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], path


def test_the_vocabulary_speaks_si() -> None:
    si = {"s", "V", "A", "C", "K", "Hz", "ohm", "H", "F", "m", "m2", "m3", "kg", "Pa", "rad", "mol", "J", "1"}
    compound = {
        "ohm m2",
        "S m-1",
        "kg m-3",
        "kg mol-1",
        "A m-2",
        "C m-2",
        "C kg-1",
        "J mol-1",
        "V s-1",
        "ohm m",
        "F m-2",
        "m2 s-1",
        "m3 mol-1",
        "m3 kg-1",
        "mol m-3",
        "N m-1",
        "Pa s",
        "m-1",
        "m2 kg-1",
        "m-3",
    }
    for entry in VOCABULARY.values():
        assert entry.unit in si | compound, entry.name
        assert entry.definition.endswith(".")
