"""Printed figures of four papers beside the cell models: what was fitted, what was predicted, what no model here gives.

* :mod:`~alkanode.cell_models.published.comparison`: the table, as a record
* :mod:`~alkanode.cell_models.published.transport_fits`: one law on two alloys, predicting the third; joint fits with every
  tuned number counted
* ``figures``: the printed figures, one file per paper; ``figure``, ``reading``, ``verdicts``: how they are read and judged
* ``capacities``, ``currents``, ``spectra``, ``voltammograms``, ``other_models``: answers
"""

from __future__ import annotations

from alkanode.cell_models.published.comparison import model_comparison
from alkanode.cell_models.published.reading import model_figures

__all__ = ["model_comparison", "model_figures"]
