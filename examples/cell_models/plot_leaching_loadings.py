"""
Leaching: the lives of two loadings, one criterion at a time
============================================================

Of two full cells :cite:`Koh2024` say that one "decayed rapidly after around the 150th" cycle and the other "ceased after
approximately the 1000th": a ratio of 6.7 between two different criteria. Here each criterion is applied to both.
"""

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models.leaching import compare_loadings

lives = compare_loadings(draws=250)
for name in lives["criterion"].values:
    one = lives.sel(criterion=name)
    low, high = one["ratio_interval"].values
    small, large = one["cycles"].values
    print(
        f"{name:15s} {small:6.0f} and {large:6.0f} cycles, ratio {one['ratio'].item():.2f} [{low:.2f}, {high:.2f}], "
        f"law alone {one['ratio_of_law'].item():.2f}   ({one['statement'].item()})"
    )

# %%
# The parabolic law alone, with plenty of salt and no closing, gives 7.4, the square of the loadings. But a layer that closes over an
# area closes alike over both, and the salt of 0.1 mL does not hold the potassium of the thick electrode: with both, the thick electrode
# lives no longer. The printed life of the thick cell is not explained.

figure, axis = plt.subplots(figsize=(7.5, 4), layout="constrained")
place = np.arange(lives.sizes["criterion"])
for number, loading in enumerate(lives["loading"].values):
    at = lives.isel(loading=number)
    low, high = at["cycles_interval"].values.T
    middle = at["cycles"].values
    top = np.where(np.isfinite(high), high, 3000.0)
    known = np.isfinite(middle)
    axis.vlines(place + 0.15 * (2 * number - 1), low, top, color=f"C{number}")
    axis.plot(
        (place + 0.15 * (2 * number - 1))[known],
        middle[known],
        "o",
        color=f"C{number}",
        label=f"{100 * loading:.1f} mg cm$^{{-2}}$",
    )
axis.axhline(150, color="C0", ls=":", lw=1)
axis.axhline(1000, color="C1", ls=":", lw=1)
axis.set_yscale("log")
axis.set_xticks(place, list(lives["criterion"].values), rotation=20)
axis.set(ylabel="cycles at 5C", title="95 % of draws; dotted: the two printed numbers")
axis.legend()
