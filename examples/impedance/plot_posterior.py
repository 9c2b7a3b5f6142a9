"""
How sure is a distribution of relaxation times?
===============================================

A distribution found from noisy data is one of many. Which of its peaks are real, and how well is the resistance of a process
known? The answer is a band and an interval. Here the truth is known, so both can be checked.

The spectra are those of a cell whose interface grows; a small broad peak appears late. The noise is 0.5 %.
"""

import numpy as np

import alkanode as alk
from alkanode.plot import Axis, Band, Figure, Panel, Series
from alkanode.virtual.synthetic_spectra import synthetic_spectra

spectra, truth = synthetic_spectra("growing_interface", spectra=30, noise=0.005, seed=3)
posterior = alk.impedance.relaxation_posterior(spectra)
print(f"noise: {100 * posterior.noise_level.median().item():.2f} % of each part, found from the residuals")

# %%
# Intervals of resistances
# ------------------------
# A resistance is the area between two stated relaxation times: here all that is faster than 3 microseconds inside the window
# (the grain boundary), and all that is slower.

ends = 1 / (2 * np.pi * truth.frequency[[0, -1]])
for name, first, last in (("grain boundary", ends[0], 3e-6), ("all slower processes", 3e-6, ends[1])):
    found = alk.impedance.resistance_between(posterior, first, last)
    true = truth.polarisation(first, last)
    held = (found.lower_95.values <= true) & (true <= found.upper_95.values)
    print(
        f"{name}: {found.resistance.values[-1]:.2f} ohm ({found.lower_95.values[-1]:.2f} to "
        f"{found.upper_95.values[-1]:.2f}), true {true[-1]:.2f}; the interval holds the truth in {held.sum()} of {held.size}"
    )

# %%
# Probable peaks
# --------------
# Each peak of the last spectrum, with the fraction of distributions drawn from the posterior that have it.

table = alk.impedance.peak_probability(posterior)
last_spectrum = table.isel(row=np.flatnonzero(table.spectrum_index.values == spectra.sizes["spectrum"] - 1))
for tau, probability in zip(last_spectrum.relaxation_time.values, last_spectrum.probability.values, strict=True):
    print(f"peak at {tau:.1e} s: probability {probability:.2f}")

# %%
# The band
# --------
# On a logarithmic scale the band is seen at peaks and valleys alike. It widens where the data say little: in valleys, and at
# both ends of the window. Beyond them it is the prior's.

tau = posterior.relaxation_time.values
limits = (float(tau[0]), float(tau[-1]))
low, middle, high = (posterior[name].values[-1] for name in ("distribution_low", "distribution", "distribution_high"))
outside = "outside the measured window"
figure = Figure(
    title="A distribution with its 95 % band",
    caption="Most probable distribution of the last spectrum, its band, and the truth.",
    panels=(
        Panel(
            x=Axis(label="relaxation time", unit="s", quantity="relaxation_time", scale="log", limits=limits),
            y=Axis(label="distribution", unit="ohm", quantity="distribution", scale="log", limits=(0.02, 100.0)),
            series=(
                Series(name="true", x=tau, y=truth.distribution(tau)[-1], style="dashed", role="muted"),
                Series(name="most probable", x=tau, y=middle, role="primary"),
                Series(name="95 % band", x=tau, y=low, style="dotted", role="primary"),
                Series(name="95 % band", x=tau, y=high, style="dotted", role="primary", in_legend=False),
            ),
            bands=(
                Band(label=outside, role="outside", x0=limits[0], x1=float(ends[0]), upright=True),
                Band(label=outside, role="outside", x0=float(ends[1]), x1=limits[1], upright=True),
            ),
        ),
    ),
)
ax = alk.plot.draw(figure)
