"""
A cell that changes while it is measured
========================================

A spectrum is read as one state of a cell, but its points are measured one after another. What if the interface grows meanwhile? The
Kramers-Kronig test stays silent, the sweeps before and after do not, and with them all points can be brought to one time.
"""

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.impedance import elements
from alkanode.plot import Axis, Figure, Panel, Series

# %%
# Seven sweeps of a growing interface
# -----------------------------------
# 15 ohm in series, an arc of 8 ohm that stays, and one of 40 ohm that grows by a tenth of that during every sweep down to 1 Hz.

frequency = np.geomspace(1e6, 1.0, 60)
within = np.cumsum(2 / frequency + 0.02)
times = within + 1.05 * within[-1] * np.arange(7)[:, None]
arc = elements.zarc(frequency, 40.0, 0.02, 0.75)
steady = elements.resistor(frequency, 15.0) + elements.zarc(frequency, 8.0, 1e-3, 0.92)
impedance = steady + (1 + 0.1 * times / within[-1]) * arc
noise = np.random.default_rng(1).normal(size=(2, *impedance.shape))
impedance = impedance + 0.002 * np.abs(impedance) * (noise[0] + 1j * noise[1])

points = ("spectrum", "point")
record = xr.Dataset(
    {
        "frequency": (points, np.tile(frequency, (7, 1))),
        "impedance": (points, impedance),
        "point_time": (points, times),
    },
    coords={"time": ("spectrum", times[:, 0])},
)
checked = alk.impedance.check_spectra(record)

# %%
# Who sees it
# -----------

test = alk.impedance.kramers_kronig(checked)
drift = alk.impedance.sweep_drift(checked)
print("rms residual / %:", np.round(100 * test.rms_residual.values, 2), test.valid.values)
print("change during the sweep / %:", np.round(100 * drift.change_during_sweep.values, 1))
print(*drift.drift_verdict.values, sep="\n")

# %%
# All points at the time at which the sweep began
# -----------------------------------------------

moved = alk.impedance.at_common_time(checked, at="start")
truth = steady + (1 + 0.1 * times[3, 0] / within[-1]) * arc
for name, spectra in (("as measured", checked), ("at one time", moved)):
    error = np.abs(spectra.impedance.values[3] - truth) / np.abs(truth)
    print(f"{name}: largest error {100 * error.max():.1f} % of |Z|")


def curve(name: str, Z: np.ndarray, style: str, role: str) -> Series:
    """A spectrum in the complex plane."""
    return Series(name=name, x=Z.real, y=-Z.imag, style=style, role=role)


figure = Figure(
    title="One sweep of a growing interface",
    caption="The fourth of seven sweeps: the truth when it began, the points as measured and after interpolation between sweeps.",
    panels=(
        Panel(
            x=Axis(label="real part", unit="ohm", equal=True),
            y=Axis(label="negative imaginary part", unit="ohm", equal=True),
            series=(
                curve("truth when the sweep began", truth, "line", "muted"),
                curve("as measured", checked.impedance.values[3], "points", "warning"),
                curve("at one time", moved.impedance.values[3], "points", "primary"),
            ),
        ),
    ),
)
ax = alk.plot.draw(figure)
