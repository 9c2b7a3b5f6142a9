"""Records, schemas, cells, protocols, storage: what every technique works on."""

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode, Electrolyte, PressureStage
from alkanode.data.cell_table import CellRow, cell_file, open_cell, read_cell_rows, read_cell_table, row_of_file
from alkanode.data.charge import direct_current, passed_charge, running_charge
from alkanode.data.clock import chain_histories, from_first_row
from alkanode.data.kinds import KINDS, Kind
from alkanode.data.protocol import Protocol, Step
from alkanode.data.scan_clock import scan_charge, scan_times
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.spectra import spectra_record
from alkanode.data.steps import (
    current_sign,
    half_cycle_table,
    rows_by_half_cycle,
    step_table,
    stripping_sign,
    with_half_cycles,
)
from alkanode.data.store import file_hash, open_saved, provenance, save

__all__ = [
    "KINDS",
    "Cell",
    "CellRow",
    "Electrode",
    "Electrolyte",
    "Kind",
    "PressureStage",
    "Protocol",
    "RecordLike",
    "Step",
    "cell_file",
    "chain_histories",
    "check",
    "current_sign",
    "direct_current",
    "file_hash",
    "from_first_row",
    "half_cycle_table",
    "label",
    "open_cell",
    "open_saved",
    "passed_charge",
    "provenance",
    "read_cell_rows",
    "read_cell_table",
    "row_of_file",
    "rows_by_half_cycle",
    "running_charge",
    "save",
    "scan_charge",
    "scan_times",
    "spectra_record",
    "step_table",
    "stripping_sign",
    "with_half_cycles",
]
