"""Battery Data Format: tables in text and parquet, read and written."""

from alkanode.io.bdf.reader import BdfParquetReader, BdfReader
from alkanode.io.bdf.writer import write_bdf

__all__ = ["BdfParquetReader", "BdfReader", "write_bdf"]
