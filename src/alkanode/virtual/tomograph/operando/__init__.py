"""The virtual operando cell: an alloy on carbon cloth against a solid electrolyte, stripped and plated in the beam."""

from alkanode.virtual.tomograph.operando.files import SeriesFiles, write_series
from alkanode.virtual.tomograph.operando.series import (
    OperandoSeries,
    StageErrors,
    default_tomograph,
    null_series,
    operando_series,
)
from alkanode.virtual.tomograph.operando.settings import OperandoCell

__all__ = [
    "OperandoCell",
    "OperandoSeries",
    "SeriesFiles",
    "StageErrors",
    "default_tomograph",
    "null_series",
    "operando_series",
    "write_series",
]
