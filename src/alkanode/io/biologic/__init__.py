"""BioLogic EC-Lab: binary and text files, read and written."""

from alkanode.io.biologic.mpr import MprReader
from alkanode.io.biologic.mpt import MptReader
from alkanode.io.biologic.writer import write_mpt

__all__ = ["MprReader", "MptReader", "write_mpt"]
