"""
A threshold from the false grains that are accepted
===================================================

Where does noise end and change begin? No constant tells. Maps in which nothing changed do: the threshold is the lowest at
which they hold few enough grains.
"""

import numpy as np

import alkanode as alk
import alkanode.tomography as tomo
from alkanode.data.schema import label
from alkanode.virtual.tomograph import box, sphere, voxel_truth

# %%
# Two scans of a liquid; in the second there are twelve grains of potassium. Each is reconstructed from odd and from even
# projections, so that the noise is known twice.

pixel, shape = 1.3e-6, (48, 96, 96)
random = np.random.default_rng(1)
liquid = box((24 * pixel, 0, 0), (60 * pixel, 1, 1), 65.0)
feet = [(z * pixel, y * pixel, x * pixel) for z in (12, 35) for y in (0, 28) for x in (-30, 0, 30)]
radii = np.linspace(2.0, 6.0, 12) * pixel
grains = [sphere(foot, radius, 32.0, material="K") for foot, radius in zip(feet, radii, strict=True)]


def scanned(bodies):
    """Volume, and its two halves, with a noise of 0.4 per cm in a voxel."""
    truth = voxel_truth(bodies, shape=shape, pixel_size=pixel)
    halves = [truth.assign(attenuation=truth["attenuation"] + random.normal(0, 57, shape)) for _ in range(2)]
    whole = truth.assign(attenuation=(halves[0]["attenuation"] + halves[1]["attenuation"]) / 2)
    return label(whole, "volume"), [label(half, "volume") for half in halves]


before, halves_before = scanned([liquid])
after, halves_after = scanned([liquid, *grains])
noise = [tomo.noise_from_halves(*halves, smoothing=1.5) for halves in (halves_after, halves_before)]
change = tomo.difference(after, before, smoothing=1.5, noise=tomo.difference_noise(*noise))

# %%
# What noise alone makes
# ----------------------
# Sum and difference of the halves hold no change.

nulls = [tomo.null_map(halves_after, halves_before, smoothing=1.5, combine=way) for way in ("sum", "difference")]
threshold = tomo.calibrate_threshold(nulls, false_grains=5, smallest_diameter="5 um")
print(
    f"threshold {threshold.attrs['chosen_threshold']} times the noise; maps contain: {threshold.attrs['null_contains']}"
)
axes = alk.plot.change_threshold(threshold)

# %%
# What is found
# -------------

found = tomo.change_map(change, threshold)
table = tomo.label_grains(found, difference=change)
true = 4 / 3 * np.pi * float((radii**3).sum())
number = tomo.headline_numbers(tomo.threshold_sweep(change, calibration=threshold))["volume_gained"]
print(f"{table.sizes['grain']} grains of 12, {number.value * 1e18:.0f} um3 gained; true {true * 1e18:.0f} um3")
print(f"one threshold lower and higher: {number.interval[0] * 1e18:.0f} to {number.interval[1] * 1e18:.0f} um3")
axes = alk.plot.volume_slices([after], changes=[found], names=["after"])
