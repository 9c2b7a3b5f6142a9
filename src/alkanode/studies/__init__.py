"""Studies: one YAML file that names a cell, its files and what to compute."""

from alkanode.studies.part import Part
from alkanode.studies.runner import Outcome, run_study
from alkanode.studies.study import Study, study_schema
from alkanode.studies.wording import shown, worded

__all__ = ["Outcome", "Part", "Study", "run_study", "shown", "study_schema", "worded"]
