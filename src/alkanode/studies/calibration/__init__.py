"""Calibration of cell models: which parameters data fix, how well, and what they rest on.

* :mod:`~alkanode.studies.calibration.calibrate`: the public function
* :mod:`~alkanode.studies.calibration.priors`, ``data``: what it takes
* ``predictor``: data from the model, on built models that are kept
* ``sampling``, ``profiles``, ``confounding``, ``predictive``: what it finds
* :mod:`~alkanode.studies.calibration.evidence`: variants of the model on the same data
* :mod:`~alkanode.studies.calibration.published`: printed figures beside the models, as a part
"""

from __future__ import annotations

from alkanode.studies.calibration.calibrate import calibrate
from alkanode.studies.calibration.data import Datum, voltage_datum
from alkanode.studies.calibration.evidence import Variant, model_evidence
from alkanode.studies.calibration.priors import LogNormal, LogUniform, Normal, Prior, Uniform
from alkanode.studies.calibration.published import published_model_part

__all__ = [
    "Datum",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Prior",
    "Uniform",
    "Variant",
    "calibrate",
    "model_evidence",
    "published_model_part",
    "voltage_datum",
]
