"""
What lambda does, and who chooses it
====================================

Three distributions of one spectrum: too little smoothing, enough, too much. Then the curve from which lambda is chosen for a
whole series.

The series is synthetic, so the true distribution is known: a sharp grain boundary at 1e-7 s, a coating at 1e-3 s and a broad
interface at 2e-2 s that overlap, and a peak at 4e-5 s that appears half way.
"""

import numpy as np

import alkanode as alk
from alkanode.plot import Axis, Figure, Panel, Series
from alkanode.virtual.synthetic_spectra import synthetic_spectra

spectra, truth = synthetic_spectra("growing_interface", spectra=40, noise=0.005)
last = spectra.isel(spectrum=[39])

# %%
# One spectrum, three lambdas
# ---------------------------
# With 1e-7 the broad interface falls apart into peaks that are noise. With 1 the coating has gone, and a tenth of the
# resistance with it. Between the first two the resistance of everything together moves by 2 %, the number of peaks from 11 to 4.

LAMBDAS = (1e-7, 1e-3, 1.0)
results = [alk.impedance.relaxation_times(last, regularisation=value) for value in LAMBDAS]
tau = results[0].relaxation_time.to_numpy()
exact = truth.distribution(tau)[39]
for value, times in zip(LAMBDAS, results, strict=True):
    found = alk.impedance.peaks(times)
    total = times.series_resistance.item() + times.polarisation_in_window.item()
    print(
        f"lambda {value:g}: {found.sizes['row']} peaks, {total:.1f} ohm in all, misfit {100 * times.rms_residual.item():.2f} %"
    )

series = [Series(name="true", x=tau, y=exact, style="dashed", role="muted")]
for value, role, times in zip(LAMBDAS, ("second", "primary", "third"), results, strict=True):
    gamma = np.where(times.in_window.to_numpy()[0], times.distribution.to_numpy()[0], np.nan)
    series.append(Series(name=f"lambda = {value:g}", x=tau, y=gamma, role=role))
figure = Figure(
    title="One spectrum, three lambdas",
    caption="Distribution of relaxation times of one spectrum at three lambdas, and the true one.",
    panels=(
        Panel(
            x=Axis(
                label="relaxation time",
                unit="s",
                quantity="relaxation_time",
                scale="log",
                limits=(float(tau[0]), float(tau[-1])),
            ),
            y=Axis(label="distribution", unit="ohm", quantity="distribution", limits=(0.0, 1.1 * float(exact.max()))),
            series=tuple(series),
        ),
    ),
)
alk.plot.draw(figure)

# %%
# The series chooses
# ------------------
# Generalised cross-validation asks how well a point is predicted by all others. The grey curves of single spectra are flat
# for decades and disagree on their lowest point; their mean does not.

curve = alk.impedance.regularisation_curve(spectra, "gcv")
alk.plot.regularisation_curve(curve)
print(f"gcv: {curve.attrs['regularisation']:.1g}")

# %%
# Other criteria choose otherwise. A factor of ten between them is normal; a peak that one of them does not show deserves no name.

for method in ("l-curve", "re-im"):
    print(f"{method}: {alk.impedance.regularisation_curve(spectra, method).attrs['regularisation']:.1g}")
