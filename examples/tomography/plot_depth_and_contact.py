"""
Grains against depth, and what only moved
=========================================

Voids open at the electrolyte, potassium falls out, a fibre moves aside. How much changed, at what depth, and how much of the
interface still touches?
"""

import numpy as np

import alkanode as alk
import alkanode.tomography as tomo
from alkanode.data.schema import label
from alkanode.virtual.tomograph import box, cylinder, moved, sphere, voxel_truth

# %%
# The object
# ----------

pixel, shape = 1.3e-6, (44, 96, 96)
random = np.random.default_rng(1)
ceramic = box((4 * pixel, 0, 0), (24 * pixel, 1, 1), 1000.0)
liquid = box((30 * pixel, 0, 0), (28 * pixel, 1, 1), 65.0)
fibre = cylinder((30 * pixel, 0, -38 * pixel), (0, 1, 0), 3 * pixel, 1, -30.0)
feet = [(21 * pixel, y * pixel, x * pixel) for y in (-24, 0, 24) for x in (-14, 8, 30)]
voids = [
    cylinder(foot, (1, 0, 0), radius * pixel, 10 * pixel, -65.0)
    for foot, radius in zip(feet, np.linspace(4, 9, 9), strict=True)
]
solid = [
    sphere((z * pixel, y * pixel, x * pixel), radius * pixel, 32.0)
    for z, y, x, radius in ((31, -30, 5, 3), (33, 10, 20, 4), (37, 30, 30, 3), (34, -10, -10, 5))
]


def scanned(bodies):
    """Volume, and its two halves."""
    truth = voxel_truth(bodies, shape=shape, pixel_size=pixel)
    halves = [truth.assign(attenuation=truth["attenuation"] + random.normal(0, 12, shape)) for _ in range(2)]
    whole = truth.assign(attenuation=(halves[0]["attenuation"] + halves[1]["attenuation"]) / 2)
    return label(whole, "volume"), [label(half, "volume") for half in halves]


before, halves_before = scanned([ceramic, liquid, fibre])
after, halves_after = scanned([ceramic, liquid, *moved([fibre], (0, 0, 2 * pixel)), *voids, *solid])
noise = [tomo.noise_from_halves(*halves, smoothing=1) for halves in (halves_after, halves_before)]
change = tomo.difference(after, before, smoothing=1, noise=tomo.difference_noise(*noise))
nulls = [tomo.null_map(halves_after, halves_before, smoothing=1, combine=way) for way in ("sum", "difference")]
found = tomo.change_map(change, tomo.calibrate_threshold(nulls, false_grains=5, smallest_diameter="5 um"))
axes = alk.plot.volume_slices(
    [before, after], changes=[None, found], names=["pristine", "stripped"], limits=(0.0, 110.0)
)

# %%
# What only moved
# ---------------
# The fibre leaves a loss and makes a gain. One displacement explains both.

grains = tomo.dipole_test(change, tomo.label_grains(found, difference=change, labels=True), found)
moves = grains["displaced"].values
print(f"{moves.size} grains, of which {moves.sum()} only moved")
for name, number in tomo.grain_estimates(grains).items():
    print(f"{name}: {number.value * 1e18:.0f} um3")

# %%
# These are volumes within the threshold. With so little noise it lies low, far out on the blurred flanks, and the voids seem
# too large. The summed change over the contrast of the material does not depend on where the threshold lies.

contrast = {number + 1: 32.0 if sign > 0 else -65.0 for number, sign in enumerate(grains["sign"].values)}
volumes = tomo.contrast_volumes(change, grains["label"], contrast)["grain_volume"].values
opened = volumes[(grains["sign"].values < 0) & ~moves].sum()
true = 10 * np.pi * sum(radius**2 for radius in np.linspace(4, 9, 9)) * pixel**3
print(f"voids by their contrast: {opened * 1e18:.0f} um3; true {true * 1e18:.0f} um3")

# %%
# Depth, by both rules of counting
# --------------------------------

plane = tomo.interface_plane(before)
profile = tomo.depth_profile(grains, interface=plane, step="3.9 um")
axes = alk.plot.depth_profile(profile)

# %%
# What the constriction model takes
# ---------------------------------

contact = tomo.interface_contact([before, after], plane, metal_attenuation="0.65 cm-1")
inputs = tomo.constriction_inputs(contact)
print(f"{100 * inputs['area_fraction']:.0f} % in contact, spots {inputs['spacing'] * 1e6:.0f} um apart (half)")
lost = alk.impedance.constriction(**inputs, resistivity="1000 ohm cm", void_depth="10 um")
print(f"constriction: {lost['constriction_resistance'].item() * 1e4:.2f} ohm cm2")
