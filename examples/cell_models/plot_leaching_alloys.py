"""
Leaching: two alloys predicted from a third, and the laws compared
==================================================================

The constants of four laws of leaching are set on the Na50K50 cell of :cite:`Koh2024` alone. What do they say of Na60K40, whose
resistance rose "after several hundreds of hours", and of Na80K20, whose did not within 750 h?
"""

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models.leaching import leaching_evidence, resistance_rises, rise_estimates

rises = resistance_rises(draws=150)
for alloy, found in rise_estimates(rises).items():
    value = "no rise" if found.value is None else f"{found.value / 3600:.0f} h"
    low, high = (end / 3600 for end in found.interval)
    print(f"{alloy}: {value} [{low:.0f}, {high:.0f}] h, {found.label}")

# %%
# A cell whose alloy holds less potassium than closes the layer never rises. Whether Na60K40 does hangs on how much potassium Na50K50
# had lost at its rise, which "only sodium signals" bounds from one side: the share of draws in which it rises is the honest answer.

figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
laws = [str(law) for law in rises["law"].values]
for place, alloy in enumerate(rises["alloy"].values):
    chance = rises["rise_probability"].sel(alloy=alloy)
    start = rises["rise_time_interval"].sel(alloy=alloy, bound="lower") / 3600
    name = f"{alloy} (fitted)" if rises["calibrated"].sel(alloy=alloy) else f"{alloy} (predicted)"
    bars = axes[0].bar(np.arange(len(laws)) + 0.27 * (place - 1), 100 * chance, 0.25, label=name)
    axes[0].bar_label(bars, [f"{t:.0f} h" if np.isfinite(t) else "" for t in start.values], fontsize=7)
axes[0].set_xticks(range(len(laws)), laws)
axes[0].set(ylabel="draws in which the resistance rises / %", title="label: earliest time (2.5 %)")
axes[0].set_ylim(0, 150)
axes[0].legend(fontsize=8)

# %%
# Facts that set no constant decide between the laws. The parabolic law gives the alloys and fails on the map after the first cycle,
# which still shows the fresh composition; the constant law has it the other way. Differences of the logarithm below 1 decide nothing.

evidence = leaching_evidence(draws=150)
picture = axes[1].imshow(evidence["probability"], vmin=0, vmax=1, cmap="viridis", aspect="auto")
axes[1].set_xticks(range(evidence.sizes["fact"]), list(evidence["fact"].values), rotation=20, fontsize=8)
axes[1].set_yticks(
    range(len(laws)), [f"{law}\nln = {e:.1f}" for law, e in zip(laws, evidence["log_evidence"].values, strict=True)]
)
figure.colorbar(picture, label="probability of the fact")
