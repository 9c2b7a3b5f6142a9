"""Configuration of the documentation. Nothing is fetched from a network while it is built."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "alkanode"
author = "The alkanode developers"
copyright = "The alkanode developers"
release = version = installed("alkanode")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinxcontrib.bibtex",
    "sphinx_gallery.gen_gallery",
    "alkanode_tables",
]
exclude_patterns = ["_build", "changelog.d", "examples/**/*.ipynb", "examples/**/*.py", "examples/**/*.md5"]
# A checkout without decisions still builds.
suppress_warnings = ["toc.empty_glob"]
default_role = None
language = "en"

# The public names of a package are those of its __init__; pages of alkanode.SUBPACKAGE document them once.
autosummary_generate = False
autodoc_member_order = "alphabetical"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {
    name: name.removeprefix("npt.").removeprefix("xr.")
    for name in (
        "npt.ArrayLike",
        "xr.Dataset",
        "xr.DataTree",
        "QuantityLike",
        "TemperatureLike",
        "CompositionLike",
        "PathLike",
        "Array",
        "Floats",
        "FloatArray",
        "ComplexArray",
        "Complex",
        "Integers",
    )
}
python_maximum_signature_line_length = 88
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

bibtex_bibfiles = ["../src/alkanode/foundation/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "capture_repr": (),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 3600,
    "doc_module": ("alkanode",),
    "backreferences_dir": None,
}

html_theme = "alabaster"
html_title = f"alkanode {release}"
html_theme_options = {
    "description": "A computational laboratory for alkali-metal alloy anodes",
    "fixed_sidebar": True,
    "page_width": "1080px",
    "sidebar_width": "240px",
    "font_family": "sans-serif",
    "head_font_family": "sans-serif",
    "code_font_size": "0.85em",
}
html_static_path: list[str] = []
html_show_sourcelink = False


def escape_bars(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Let docstrings write the magnitude |Z| as people do: reStructuredText would take it for a substitution."""
    parts = re.split(r"(``.*?``)", "\n".join(lines), flags=re.DOTALL)
    parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
    lines[:] = "".join(parts).split("\n")


def plain_aliases(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Show an alias inside another type by its name."""
    alias = re.compile(r"TypeAliasForwardRef\('([\w.]+)'\)")
    return tuple(text and alias.sub(r"\1", text) for text in (signature, returned))


def setup(app: Any) -> None:
    """Connect to the building of the documentation."""
    app.connect("autodoc-process-signature", plain_aliases)
    app.connect("autodoc-process-docstring", escape_bars)
