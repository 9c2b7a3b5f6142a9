"""A model beside a measurement: the same analysis on both, residuals in units of uncertainty, and a part of a study.

* :mod:`~alkanode.studies.comparison.compare`: numbers of a prediction and of a measurement
* :mod:`~alkanode.studies.comparison.numbers`: the analyses that give them
* :mod:`~alkanode.studies.comparison.status`: calibrated or predicted
* :mod:`~alkanode.studies.comparison.measured_protocol`: the protocol that a measured file ran
* :mod:`~alkanode.studies.comparison.influence`: what intervals of parameters do to a prediction
* :mod:`~alkanode.studies.comparison.model_part`: the block ``model`` of a study
"""
