"""Landt / LANHE: binary files, and exports as text and workbook."""

from alkanode.io.landt.ccs import LandtCcsReader
from alkanode.io.landt.text import LandtCsvReader
from alkanode.io.landt.workbook import LandtXlsxReader

__all__ = ["LandtCcsReader", "LandtCsvReader", "LandtXlsxReader"]
