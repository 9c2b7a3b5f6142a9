"""Printed figures of four papers beside the cell models, as a page of the guide.

    python benchmarks/model_published.py                                   # the tables as text
    python benchmarks/model_published.py --page docs/guide/model_published_table.inc

The exit code is 0 also where figures do not come out; they are shown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from alkanode.studies.calibration.published import published_model_part
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import cell_text


def listed(table: Table) -> list[str]:
    """A table as reStructuredText."""
    lines = [f".. list-table:: {table.title}", "   :header-rows: 1", ""]
    for row in (table.columns, *([cell_text(cell) for cell in row] for row in table.rows)):
        lines += [f"   {'* -' if place == 0 else '  -'} {_safe(cell)}".rstrip() for place, cell in enumerate(row)]
    return [*lines, ""]


def _safe(text: str) -> str:
    return text.replace("*", r"\*").replace("|", r"\|").replace("`", "'")


def page(part: Part) -> str:
    """All of it: tables, then what failed and why."""
    lines = [".. Written by benchmarks/model_published.py; do not edit.", ""]
    order = ("comparison", "verdicts", "held_out", "laws")
    for name in order:
        lines += listed(part.tables[name])
    lines += ["What it comes to, and every figure that differs:", ""]
    lines += [f"* {_safe(sentence)}" for sentence in _first_those_that_sum_up(part.findings)]
    lines += ["", f"PyBaMM {version('pybamm')}.", ""]
    return "\n".join(lines)


def _first_those_that_sum_up(sentences: Sequence[str]) -> list[str]:
    single = [one for one in sentences if one[:1] == "S" and one[4:5] == "-"]
    return [one for one in sentences if one not in single] + single


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="write the tables as reStructuredText")
    target = parser.parse_args().page
    start = time.process_time()
    text = page(published_model_part())
    if target is None:
        print(text)
    else:
        target.write_text(text, encoding="utf-8")
    print(f"CPU time  {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
