"""
Flaws: what lets metal out of a crack, and the metals of a paper
================================================================

Metal that is plated into a flaw of a solid electrolyte presses it open unless the metal flows away first. :cite:`Park2021` find that
soft metals stand higher currents. Which flow law says so, and by how much?
"""

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models.flaws import flaw_comparison, flaw_limits, printed_yield_data, yield_stress_law

limits = flaw_limits()
figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
length = 1e6 * limits["flaw_length"]
for metal in limits["metal"].values:
    one = limits.sel(metal=metal)
    axes[0].loglog(length, 1e3 * one["critical_overpotential"], label=metal)
    for mechanism, style in (("viscous flow of the melt", ":"), ("creep", "-")):
        current = 0.1 * one["critical_current_density"].sel(mechanism=mechanism)
        axes[1].loglog(length, current, style, color=axes[0].lines[-1].get_color(), label=f"{metal}, {mechanism}")
axes[0].set(xlabel="flaw / um", ylabel="critical overpotential / mV", title="below: no growth at all")
axes[0].legend()
axes[1].set(
    xlabel="flaw / um", ylabel="critical current density / mA cm$^{-2}$", ylim=(1e-8, 1e11), title="nothing fitted"
)
axes[1].legend(fontsize=7)

# %%
# Viscous flow of a melt never limits anything; creep falls so steeply with the length of a flaw that it fits any number for some length. Plastic
# extrusion says "inverse to the yield stress": scaled on lithium it predicts sodium, and potassium 1.6 times too high.

data = printed_yield_data()
law = yield_stress_law(data)
slope, low, high = (law.attrs[name] for name in ("slope", "slope_lower", "slope_upper"))
print(
    f"slope {slope:.2f} [{low:.2f}, {high:.2f}] fitted to three metals; p of slope -1: {law.attrs['p_value_inverse']:.2f}"
)
stress = 1e-6 * law["yield_stress"]
axes[2].loglog(stress, 0.1 * law["critical_current_density"], "C7", label=f"fitted, slope {slope:.2f}")
axes[2].fill_between(stress, *(0.1 * law["fitted_interval"].values.T), color="C7", alpha=0.2)
axes[2].loglog(stress, 0.5 * 1.74 / stress, "k--", label="extrusion, scaled on Li (predicted)")
middle = 0.1 * data["critical_current_density"].values
ends = np.abs(0.1 * data["interval"].values.T - middle)
sides = np.abs(1e-6 * data["axis_interval"].values.T - 1e-6 * data["axis_value"].values)
axes[2].errorbar(1e-6 * data["axis_value"], middle, ends, sides, fmt="ks", capsize=2)
axes[2].set(xlabel="yield stress / MPa", ylabel="critical current density / mA cm$^{-2}$")
axes[2].legend(fontsize=8)

# %%
# Figures of the paper beside the models, failures included.

table = flaw_comparison()
for name in table["figure"].values:
    one = table.sel(figure=name)
    print(
        f"{one['quantity'].item():62s} {one['published'].item():6.2f} {one['model'].item():6.2f} {one['unit'].item():8s} "
        f"{one['status'].item():10s} {one['verdict'].item()}"
    )
