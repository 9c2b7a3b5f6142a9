"""
What a circuit knows, and what it does not
==========================================

A fit gives every parameter an interval. Does the interval hold the truth as often as it says? That depends on two things: on
whether the noise is what the fit takes it to be, and on whether the circuit is the one that made the spectrum.

The spectra here are made by a circuit with three arcs. The first question is asked of 300 of them, the second of a series in
which a fourth process appears.
"""

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.plot import Axis, Figure, Panel, Series

# %%
# Intervals and noise
# -------------------
# The noise is 0.2 % of the real and of the imaginary part. The fit weights by ``|Z|``, which is not quite that. Errors
# that trust the weights are too small for some parameters; errors taken from the residuals are near enough for all.

circuit = alk.impedance.parse_circuit("LR(RQ)(RQ)(RQ)")
arcs = [(R, tau**alpha / R, alpha) for R, tau, alpha in ((20.0, 1.2e-7, 0.95), (8.0, 1e-3, 0.92), (40.0, 0.02, 0.78))]
true = np.array([1e-7, 15.0, *np.ravel(arcs)])
frequency = np.geomspace(7e6, 1.0, 80)
Z = circuit.impedance(frequency, true)
draws = 0.002 * np.random.default_rng(1).normal(size=(2, 300, Z.size))
record = xr.Dataset(
    {
        "frequency": (("spectrum", "point"), np.tile(frequency, (300, 1))),
        "impedance": (("spectrum", "point"), Z.real * (1 + draws[0]) + 1j * Z.imag * (1 + draws[1])),
    }
)
for errors in ("noise", "robust"):
    fit = alk.impedance.fit_circuit(record, circuit, errors=errors)
    inside = ((fit.lower_95 <= true) & (true <= fit.upper_95)).mean("spectrum")
    shares = ", ".join(f"{name} {100 * share:.0f}" for name, share in zip(circuit.names, inside.values, strict=True))
    print(f"errors={errors!r}: 95 % intervals that hold the truth, in %: {shares}")

# %%
# A process that the circuit lacks
# --------------------------------
# After 40 % of this series a fourth process appears. The fits go on to converge, with narrow intervals, and their grain
# boundary departs from 20 ohm. Nothing in the intervals says so. The scatter around the fit does: it grows fivefold, far
# beyond the noise of the instrument.

series, truth = alk.virtual.synthetic_spectra("growing_interface", spectra=50)
fit = alk.impedance.fit_circuit(series, circuit)
R1 = fit.sel(parameter="R1")
late = R1.isel(spectrum=-1)
print(
    f"last spectrum: R1 {late.value.item():.2f} ohm, interval {late.lower_95.item():.2f} to {late.upper_95.item():.2f}"
)
print(
    f"scatter: {100 * fit.relative_noise[0].item():.2f} % at first, {100 * fit.relative_noise[-1].item():.2f} % at last"
)

number = np.arange(50.0)
interval = (R1.lower_95.to_numpy(), R1.upper_95.to_numpy())
grain_boundary = Series(
    name="fit with 95 % interval", x=number, y=R1.value.to_numpy(), style="points", y_interval=interval
)
known = Series(name="true", x=number, y=np.full(50, 20.0), style="dashed", role="muted")
scatter = Series(name="scatter around the fit", x=number, y=100 * fit.relative_noise.to_numpy())
along = Axis(label="number of the spectrum")
figure = Figure(
    title="A grain boundary of 20 ohm, and a process that the circuit lacks",
    caption="Resistance of the grain boundary along a series, and the scatter of the spectra around their fits.",
    panels=(
        Panel(x=along, y=Axis(label="grain boundary", unit="ohm"), series=(grain_boundary, known)),
        Panel(x=along, y=Axis(label="scatter over |Z|", unit="%"), series=(scatter,)),
    ),
)
ax = alk.plot.draw(figure)
