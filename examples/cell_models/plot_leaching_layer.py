"""
Leaching: the layer, the voltage, and where the potassium is
============================================================

A symmetric cell of Na50K50 in a sodium perchlorate electrolyte, after :cite:`Koh2024`. Potassium leaves at every potential that
sodium can hold, precipitates as KClO4 and covers the electrodes. Fitted on this cell: the potassium lost after 40 cycles, the layer of
15 um, the resistance of 70 kohm on the 50th cycle. Not fitted: the course between, and the cycle on which the voltage meets its limit.
"""

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models.leaching import potassium_balance, simulate_leaching

history = simulate_leaching(cycles=55)
cycle = history["time"] / history["time"][-1] * history["cycle"][-1]
print("ended:", history.attrs["ended"], "(paper: about 50 cycles)")
print(f"potassium is kept to {history.attrs['potassium_error']:.0e}")

figure, axes = plt.subplots(2, 2, figsize=(9, 6.5), layout="constrained")
axes[0, 0].plot(cycle, history["voltage"], lw=0.6)
axes[0, 0].set(xlabel="cycle", ylabel="voltage / V", title="polarisation")
axes[0, 1].plot(cycle, 1e6 * history["layer_thickness"])
axes[0, 1].plot(40, 15, "ks", label="paper, fitted")
axes[0, 1].set(xlabel="cycle", ylabel="KClO4 on top / um", title="layer")
axes[0, 1].legend(["working electrode", "counter electrode", "paper (fitted)"])
sodium = history["sodium_amount"] / (history["sodium_amount"] + history["potassium_amount"])
axes[1, 0].plot(cycle, 100 * sodium)
axes[1, 0].errorbar([1], [48], [7], fmt="ks", capsize=3)
axes[1, 0].set(xlabel="cycle", ylabel="Na in the alloy / at%", title="composition (square: map after one cycle)")

# %%
# A dense layer of 15 um holds a sixth of the potassium. The model has to put two thirds elsewhere: into pores, the separator, onto
# walls.

numbers = np.array([1, 5, 10, 20, 30, 40])
shares = np.array([potassium_balance(history, cycle=int(n))["share"] for n in numbers])
places = [str(name) for name in potassium_balance(history)["place"].values]
bottom = np.zeros(numbers.size)
for place, column in zip(places, shares.T, strict=True):
    if column.max() > 1e-3:
        axes[1, 1].bar(numbers.astype(str), 100 * column, bottom=bottom, label=place)
        bottom += 100 * column
axes[1, 1].set(xlabel="cycle", ylabel="potassium / %", title="where it is")
axes[1, 1].legend()
