"""Choosing with a model: cells under limits, and the experiment that tells variants of the model apart.

* :mod:`~alkanode.studies.design.search`: capacity over composition, loading, temperature, pressure, current and rests
* :mod:`~alkanode.studies.design.discrimination`: the next experiment
* :mod:`~alkanode.studies.design.experiments`: the experiments to choose from
* :mod:`~alkanode.studies.design.design_part`: both as parts, with tables
"""
