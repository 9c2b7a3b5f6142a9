"""Studies: one YAML file that names a cell, its files and what to compute; series: one that names many cells."""

from alkanode.studies.calibration import calibrate
from alkanode.studies.comparison.compare import compare
from alkanode.studies.outcome import Outcome
from alkanode.studies.part import Part, Table
from alkanode.studies.runner import run_study
from alkanode.studies.series import SeriesOutcome, run_series
from alkanode.studies.series_cells import table_cells
from alkanode.studies.series_member import Member
from alkanode.studies.series_study import Series, file_schema, is_series, series_schema
from alkanode.studies.stripping_series import stripping_series_part
from alkanode.studies.study import Study, study_schema
from alkanode.studies.wording import cell_text, shown, spoken, worded

__all__ = [
    "Member",
    "Outcome",
    "Part",
    "Series",
    "SeriesOutcome",
    "Study",
    "Table",
    "calibrate",
    "cell_text",
    "compare",
    "file_schema",
    "is_series",
    "run_series",
    "run_study",
    "series_schema",
    "shown",
    "spoken",
    "stripping_series_part",
    "study_schema",
    "table_cells",
    "worded",
]
