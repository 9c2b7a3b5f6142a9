"""Flaws of a solid electrolyte that fill with metal: what opens them, how fast metal leaves them, how cells scatter.

* :mod:`~alkanode.cell_models.flaws.cracks`: critical pressure and overpotential, opening of a crack
* :mod:`~alkanode.cell_models.flaws.flow`: viscous, plastic and creeping flow out of a flaw
* :mod:`~alkanode.cell_models.flaws.limits`: limits of Li, Na and K
* :mod:`~alkanode.cell_models.flaws.distribution`: Weibull's law from flaws, virtual cells
* :mod:`~alkanode.cell_models.flaws.yield_law`: critical current density against yield stress
* :mod:`~alkanode.cell_models.flaws.printed`: figures of the paper beside the models
"""

from alkanode.cell_models.flaws.distribution import (
    critical_current_distribution,
    distribution_estimates,
    draw_cells,
    mechanism_exponent,
)
from alkanode.cell_models.flaws.limits import flaw_estimates, flaw_limits
from alkanode.cell_models.flaws.printed import flaw_comparison
from alkanode.cell_models.flaws.yield_law import printed_yield_data, yield_law_estimates, yield_stress_law

__all__ = [
    "critical_current_distribution",
    "distribution_estimates",
    "draw_cells",
    "flaw_comparison",
    "flaw_estimates",
    "flaw_limits",
    "mechanism_exponent",
    "printed_yield_data",
    "yield_law_estimates",
    "yield_stress_law",
]
