"""
Known arcs in, distribution of relaxation times out
===================================================

A distribution of relaxation times turns a spectrum into a curve without choosing a circuit. The curve is made unique by a
penalty on its roughness, whose weight is lambda. What does lambda do to the answer, and how far does the measured window
reach?

The spectrum here is made of four arcs with known distributions. Three lie inside the window from 7 MHz to 1 Hz. The
fourth, with a relaxation time of 3 s, lies outside: only its flank was measured.
"""

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.impedance import elements
from alkanode.plot import Axis, Band, Figure, Panel, Series

# %%
# A spectrum with a known answer
# ------------------------------
# Resistance (ohm), relaxation time (s) and exponent of each arc; 30 ohm in series; 0.2 % noise.

ARCS = ((40.0, 1.2e-7, 0.95), (15.0, 1e-4, 0.92), (60.0, 2e-2, 0.85), (80.0, 3.0, 0.90))
frequency = np.geomspace(7e6, 1.0, 70)
impedance = elements.resistor(frequency, 30.0) + elements.inductor(frequency, 2e-7)
for resistance, tau, exponent in ARCS:
    impedance = impedance + elements.zarc(frequency, resistance, tau, exponent)
noise = np.random.default_rng(1).normal(size=(2, frequency.size))
impedance = impedance + 0.002 * np.abs(impedance) * (noise[0] + 1j * noise[1])

record = xr.Dataset(
    {
        "frequency": (("spectrum", "point"), frequency[None, :]),
        "impedance": (("spectrum", "point"), impedance[None, :]),
    }
)
checked = alk.impedance.check_spectra(record)
test = alk.impedance.kramers_kronig(checked)
print(f"Kramers-Kronig rms residual: {100 * test.rms_residual.item():.2f} % of |Z|")

# %%
# Four values of lambda
# ---------------------
# The resistance inside the window moves by a few per cent. The shape depends on lambda much more: a small one lets noise
# in and splits peaks, a large one rounds them.

LAMBDAS = (1e-1, 1e-2, 1e-3, 1e-5)
results = [alk.impedance.relaxation_times(checked, regularisation=value) for value in LAMBDAS]


def true_distribution(tau):
    """Sum of the known distributions (ohm per unit ln tau)."""
    return sum(elements.zarc_distribution(tau, *arc) for arc in ARCS)


ends = 1 / (2 * np.pi * frequency[[0, -1]])
grid = np.geomspace(ends[0], ends[1], 20001)
true_inside = np.trapezoid(true_distribution(grid), np.log(grid))
true_total = sum(arc[0] for arc in ARCS)
print(f"true polarisation: {true_inside:.1f} ohm inside the window, {true_total - true_inside:.1f} ohm outside")
for value, times in zip(LAMBDAS, results, strict=True):
    inside, outside = times.polarisation_in_window.item(), times.polarisation_out_of_window.item()
    print(f"lambda {value:g}: {inside:.1f} ohm inside, {outside:.1f} ohm outside (not determined by the data)")

# %%
# The sum outside is far off at every lambda: nothing was measured there that could fix it. This is why records keep the
# two sums apart, and why figures hatch what lies outside.
#
# The figure
# ----------
# For one record, ``alkanode.plot.relaxation_times(times)`` draws a figure like this. Here the truth and several lambdas
# stand in one panel, so the figure is put together from its parts; dotted beyond the window.

tau = results[0].relaxation_time.to_numpy()
fine = np.geomspace(tau[0], tau[-1], 2000)
truth = true_distribution(fine)
series = [Series(name="true", x=fine, y=truth, style="dashed", role="muted")]
roles = ("second", "third", "primary", "fourth")
for value, role, times in zip(LAMBDAS, roles, results, strict=True):
    gamma, inside = times.distribution.to_numpy()[0], times.in_window.to_numpy()[0]
    name = f"lambda = {value:g}"
    series.append(Series(name=name, x=tau, y=np.where(inside, gamma, np.nan), role=role))
    beyond = np.where(inside, np.nan, gamma)
    series.append(Series(name=name, x=tau, y=beyond, style="dotted", role=role, in_legend=False))
limits = (float(tau[0]), float(tau[-1]))
height = (0.0, 1.05 * float(truth.max()))
outside = "outside the measured window"
figure = Figure(
    title="Known arcs and what is found of them",
    caption="Distribution of relaxation times of four arcs, true and found at four lambdas.",
    panels=(
        Panel(
            x=Axis(label="relaxation time", unit="s", quantity="relaxation_time", scale="log", limits=limits),
            y=Axis(label="distribution", unit="ohm", quantity="distribution", limits=height),
            series=tuple(series),
            bands=(
                Band(label=outside, role="outside", x0=limits[0], x1=float(ends[0]), upright=True),
                Band(label=outside, role="outside", x0=float(ends[1]), x1=limits[1], upright=True),
            ),
        ),
    ),
)
ax = alk.plot.draw(figure)
