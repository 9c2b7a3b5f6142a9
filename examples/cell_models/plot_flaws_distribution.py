"""
Flaws: why critical current densities scatter, and what a small sample tells
============================================================================

A cell fails at its weakest flaw. With a tail of flaws and an exponent of the mechanism, Weibull's law follows: its shape is the one
divided by the other, area and number of interfaces move its scale only. The numbers of the flaws are assumed here; the
step of the ramp and the number of cells are those of :cite:`Park2021`.
"""

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models.flaws import critical_current_distribution, draw_cells
from alkanode.numerics.weibull import fit_weibull

flaws = {
    "reference_current": "4 mA/cm2",
    "reference_length": "5 um",
    "flaw_density": 1e5,
    "tail": 4.0,
    "area": "0.7 cm2",
}
figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
for interfaces, style in ((1, "--"), (2, "-")):
    for mechanism in ("overpotential", "viscous flow", "dissipation"):
        found = critical_current_distribution(**flaws, interfaces=interfaces, mechanism=mechanism)
        axes[0].plot(
            0.1 * found["critical_current_density"],
            found["failed_share"],
            style,
            label=f"{mechanism}, {interfaces} interface(s)",
        )
axes[0].set(xlabel="current density / mA cm$^{-2}$", ylabel="share of cells that failed", xlim=(0, 4))
axes[0].legend(fontsize=7)

# %%
# Twelve virtual cells of one law, found by a ramp of 0.25 mA cm-2, fitted as measured ones are.

truth = critical_current_distribution(**flaws)
shapes = []
for seed in range(60):
    cells = draw_cells(truth, 12, step="0.25 mA/cm2", seed=seed)
    fit = fit_weibull(*cells["interval"].values.T)
    if not isinstance(fit, str):
        shapes.append((fit.shape, fit.shape_unbiased))
raw, corrected = np.array(shapes).T
print(
    f"true shape {truth.attrs['shape']:.1f}; median fitted {np.median(raw):.1f}, corrected for few cells {np.median(corrected):.1f}"
)
axes[1].hist([raw, corrected], bins=15, label=["most likely", "corrected"])
axes[1].axvline(truth.attrs["shape"], color="k")
axes[1].set(xlabel="Weibull shape from 12 cells", ylabel="samples")
axes[1].legend()
