"""Tables of cells that name the raw files of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from alkanode.data import open_cell, read_cell_rows, row_of_file
from alkanode.foundation.errors import StudyError


def test_a_table_may_name_the_files_of_each_cell(tmp_path: Path) -> None:
    table = tmp_path / "cells.csv"
    table.write_text("name,anode,files\na,Na,run1.mpr; run2.mpr\nb,NaK50,\n", encoding="utf-8")
    rows = read_cell_rows(table)
    assert [row.files for row in rows] == [("run1.mpr", "run2.mpr"), ()]
    assert open_cell(f"{table}#a").anode.name == "Na"
    assert row_of_file(rows, "run2.mpr").cell.name == "a"
    assert row_of_file(rows, tmp_path / "b.strip.mpr").cell.name == "b"
    with pytest.raises(StudyError, match="Name a row 'c'"):
        row_of_file(rows, "c.mpr")
