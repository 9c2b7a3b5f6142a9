"""Every reader says what it reads, and the page of formats shows it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from alkanode.io import FormatInfo, TableReader, list_readers, load_readers

EXTENSION = Path(__file__).parents[3] / "docs" / "_extensions" / "alkanode_tables.py"
UNVERIFIED = {"landt-xlsx", "maccor", "plain-table"}
"""Readers without a real file; one that gets a file leaves this list."""


def test_every_reader_says_what_it_reads() -> None:
    readers = [*load_readers(), TableReader]
    assert [reader.name for reader in readers[:-1]] == [reader.name for reader in list_readers()]
    for reader in readers:
        assert isinstance(reader.about, FormatInfo), reader.name
        assert reader.about.title, reader.name
        assert reader.about.reads, reader.name
        # no suffix stands for a folder
        assert all(suffix.startswith(".") or not suffix for suffix in reader.suffixes), reader.name
    assert len({reader.about.title for reader in readers}) == len(readers)
    assert {reader.name for reader in readers if not reader.about.verified} == UNVERIFIED


def test_the_table_of_the_documentation_names_them_all() -> None:
    spec = importlib.util.spec_from_file_location("alkanode_tables_for_test", EXTENSION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = module.Readers.text(None)
    for reader in load_readers():
        assert f"``{reader.name}``" in table
        assert reader.about.title in table
    assert table.count(module.NO_FILE) == len(UNVERIFIED)
