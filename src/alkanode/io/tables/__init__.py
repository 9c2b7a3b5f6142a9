"""Any text table, by a column map: what a user writes, and the maps that are shipped."""

from alkanode.io.tables.column_map import ColumnMap
from alkanode.io.tables.reader import TableReader
from alkanode.io.tables.shipped import MaccorReader, PlainTableReader, shipped_map

__all__ = ["ColumnMap", "MaccorReader", "PlainTableReader", "TableReader", "shipped_map"]
