"""Files of instruments in and out: each reader returns records in SI, each writer takes them.

``open_record`` and ``open_history`` look into a file and choose the reader; ``list_readers`` names those installed.
"""

from alkanode.io.bdf import BdfReader
from alkanode.io.biologic_mpr import MprReader
from alkanode.io.biologic_mpt import MptReader
from alkanode.io.registry import Reader, ReaderInfo, list_readers, open_history, open_record
from alkanode.io.store import StoreReader
from alkanode.io.write_bdf import write_bdf
from alkanode.io.write_mpt import write_mpt

__all__ = [
    "BdfReader",
    "MprReader",
    "MptReader",
    "Reader",
    "ReaderInfo",
    "StoreReader",
    "list_readers",
    "open_history",
    "open_record",
    "write_bdf",
    "write_mpt",
]
