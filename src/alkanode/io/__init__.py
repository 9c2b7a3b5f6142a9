"""Files of instruments in and out: each reader returns records in SI, each writer takes them.

``open_record`` and ``open_history`` look into a file and choose the reader; ``list_readers`` names those installed.
Each folder holds the formats of one maker; ``tables`` any other text table, by a column map.
"""

from alkanode.io.arbin import ArbinReader
from alkanode.io.bdf import BdfParquetReader, BdfReader, write_bdf
from alkanode.io.biologic import MprReader, MptReader, write_mpt
from alkanode.io.format_info import FormatInfo
from alkanode.io.gamry import GamryReader
from alkanode.io.landt import LandtCcsReader, LandtCsvReader, LandtXlsxReader
from alkanode.io.neware import NewareReader
from alkanode.io.projections import (
    AngleRange,
    DatasetPaths,
    Defect,
    GreyScale,
    InspectionLimits,
    ScanReport,
    ScanSource,
    inspect_scan,
    inspect_series,
    open_projections,
    open_stack,
    scan_entries,
    write_data_exchange,
    write_nxtomo,
)
from alkanode.io.projections.reader import ScanReader
from alkanode.io.registry import Reader, ReaderInfo, list_readers, load_readers, open_history, open_record
from alkanode.io.spectra_text import NumbersReader, PlainSpectraReader, RelaxisReader, ZplotReader
from alkanode.io.store import StoreReader
from alkanode.io.tables import ColumnMap, MaccorReader, PlainTableReader, TableReader, shipped_map

__all__ = [
    "AngleRange",
    "ArbinReader",
    "BdfParquetReader",
    "BdfReader",
    "ColumnMap",
    "DatasetPaths",
    "Defect",
    "FormatInfo",
    "GamryReader",
    "GreyScale",
    "InspectionLimits",
    "LandtCcsReader",
    "LandtCsvReader",
    "LandtXlsxReader",
    "MaccorReader",
    "MprReader",
    "MptReader",
    "NewareReader",
    "NumbersReader",
    "PlainSpectraReader",
    "PlainTableReader",
    "Reader",
    "ReaderInfo",
    "RelaxisReader",
    "ScanReader",
    "ScanReport",
    "ScanSource",
    "StoreReader",
    "TableReader",
    "ZplotReader",
    "inspect_scan",
    "inspect_series",
    "list_readers",
    "load_readers",
    "open_history",
    "open_projections",
    "open_record",
    "open_stack",
    "scan_entries",
    "shipped_map",
    "write_bdf",
    "write_data_exchange",
    "write_mpt",
    "write_nxtomo",
]
