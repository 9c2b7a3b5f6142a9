"""
The rotation axis, and what a filter trades
===========================================

About which column did the sample turn, and is a slice with less noise a better slice? A rod with fibres, scanned by a virtual
tomograph whose axis is known.
"""

import numpy as np

import alkanode as alk
import alkanode.tomography as tomo
from alkanode.virtual.tomograph import Tomograph, cylinder, scan_object

# %%
# Several methods, one column
# ---------------------------
# The methods rest on different things. One that cannot tell says so and does not count.

pixel = 40e-6
tomograph = Tomograph(rows=6, columns=128, angles=180, axis_column=65.3, pixel_size=pixel)
places = np.random.default_rng(1).uniform(-28, 28, (10, 2)) * pixel
rod = cylinder((0, 0, 0), (1, 0, 0), radius=50 * pixel, length=1, attenuation=65.0)
fibres = [cylinder((0, y, x), (1, 0, 0), radius=4 * pixel, length=1, attenuation=-30.0) for y, x in places]
no_rings = tomo.Corrections(stripes=tomo.Stripes(method="none"))
lines = tomo.line_integrals(scan_object([rod, *fibres], tomograph, seed=1), options=no_rings)
axis = tomo.find_axis(lines)
found = tomo.axis_estimate(axis)
print(f"axis at column {found.value:.2f} ({found.interval[0]:.2f} to {found.interval[1]:.2f}); true 65.30")
print(found.label)
axes = alk.plot.rotation_axis(axis)

# %%
# The slice
# ---------

volume = tomo.reconstruct(lines, found)
axes = alk.plot.volume_slices(volume, plane="xy", names=["hann"])

# %%
# Noise and resolution
# --------------------
# The modulation transfer is measured at the edge of a disc. A filter with less noise resolves less; two filters are compared
# at the same resolution or not at all.

place = {"centre_y": 3.3 * pixel, "centre_x": 1.7 * pixel, "radius": 40 * pixel}
disc = cylinder(
    (0, place["centre_y"], place["centre_x"]), (1, 0, 0), radius=place["radius"], length=1, attenuation=65.0
)
edge = tomo.line_integrals(scan_object([disc], tomograph, seed=2), options=no_rings)
for name in ("ramp", "shepp-logan", "hann", "hann*linear"):
    transfer = tomo.modulation_transfer(tomo.reconstruct(edge, 65.3, filter=name), reach=16, **place)
    noise = tomo.expected_noise(edge, 65.3, flat_counts=2e4, options=tomo.Reconstruction(filter=name))
    resolved = tomo.resolved_length(transfer).value / pixel
    print(f"{name:12s} resolves {resolved:.2f} pixels, noise {float(noise.mean()) / 100:.3f} per cm")
