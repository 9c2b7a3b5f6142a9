"""Studies: one YAML file that names a cell, its files and what to compute."""

from alkanode.studies.outcome import Outcome
from alkanode.studies.part import Part, Table
from alkanode.studies.runner import run_study
from alkanode.studies.study import Study, study_schema
from alkanode.studies.wording import cell_text, shown, worded

__all__ = ["Outcome", "Part", "Study", "Table", "cell_text", "run_study", "shown", "study_schema", "worded"]
