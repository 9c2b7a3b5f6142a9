"""Files of instruments in and out: each reader returns records in SI, each writer takes them.

``open_record`` and ``open_history`` look into a file and choose the reader; ``list_readers`` names those installed.
"""

from alkanode.io.arbin import ArbinReader
from alkanode.io.bdf import BdfParquetReader, BdfReader
from alkanode.io.biologic_mpr import MprReader
from alkanode.io.biologic_mpt import MptReader
from alkanode.io.column_map import ColumnMap
from alkanode.io.column_table import TableReader
from alkanode.io.format_info import FormatInfo
from alkanode.io.gamry import GamryReader
from alkanode.io.landt_ccs import LandtCcsReader
from alkanode.io.landt_csv import LandtCsvReader
from alkanode.io.landt_xlsx import LandtXlsxReader
from alkanode.io.neware import NewareReader
from alkanode.io.registry import Reader, ReaderInfo, list_readers, load_readers, open_history, open_record
from alkanode.io.shipped_maps import MaccorReader, PlainTableReader, shipped_map
from alkanode.io.store import StoreReader
from alkanode.io.write_bdf import write_bdf
from alkanode.io.write_mpt import write_mpt

__all__ = [
    "ArbinReader",
    "BdfParquetReader",
    "BdfReader",
    "ColumnMap",
    "FormatInfo",
    "GamryReader",
    "LandtCcsReader",
    "LandtCsvReader",
    "LandtXlsxReader",
    "MaccorReader",
    "MprReader",
    "MptReader",
    "NewareReader",
    "PlainTableReader",
    "Reader",
    "ReaderInfo",
    "StoreReader",
    "TableReader",
    "list_readers",
    "load_readers",
    "open_history",
    "open_record",
    "shipped_map",
    "write_bdf",
    "write_mpt",
]
