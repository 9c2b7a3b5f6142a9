"""A cell and a protocol in, a history out: steps run on one built model.

* :mod:`~alkanode.cell_models.simulation.simulate`: the public function
* ``engine``: the built model; ``engine_idaklu``: its integrator
* ``stepping``: steps of a protocol; ``tape``: what a run leaves behind
* ``history``, ``balances``, ``failures``: what is made of it
"""

from __future__ import annotations

from alkanode.cell_models.simulation.simulate import simulate

__all__ = ["simulate"]
