"""Printed properties next to ours. Run with ``-s`` to read the table.

``calibration`` marks numbers that a formula was fitted to; ``prediction`` those that it was not. Papers: Wu2025 (table S1 of its supplement),
Park2021; the code in brackets is the row of the table of printed figures.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alkanode.materials import Composition, density, self_diffusion, viscosity
from alkanode.materials.properties.reading import property_data
from alkanode.thermo import film_estimates, lithium_film, lithium_solubility

Printed = Callable[[str], float]


def compare(what: str, ours: float | None, published: float, relative: float, source: str) -> None:
    assert ours is not None
    print(f"{what:52s} ours {ours:9.4g}  published {published:9.4g}  {100 * (ours / published - 1):+6.1f} %  {source}")
    assert ours == pytest.approx(published, rel=relative), what


@pytest.mark.parametrize("row", range(1, 10))
def test_self_diffusion_of_sodium(printed: Printed, row: int) -> None:
    """The line through the table leaves 0.2 % of it."""
    alloy = Composition.from_mass_fractions(K=row / 10, Na=1 - row / 10)
    code = f"S001-{row:03d}"
    ours = self_diffusion(alloy, 373.0).value
    published = printed(code) * 1e-4
    compare(f"D of Na, 373 K, {10 * row} wt% K / m2 s-1", ours, published, 2.5e-3, f"[{code}], calibration")


def test_self_diffusion_was_measured_in_sodium() -> None:
    row = property_data("diffusion")["observations"][0]
    ours = self_diffusion("Na", row["temperature"]).value
    compare(
        "D of Na in Na at its melting point / m2 s-1", ours, row["self_diffusion"], 0.1, f"{row['source']}, prediction"
    )


@pytest.mark.parametrize("row", property_data("density")["observations"], ids=lambda r: f"{r['temperature']:g}K")
def test_density_of_liquid_alloys(row: dict[str, float]) -> None:
    alloy = Composition.from_mass_fractions(K=row["mass_fraction"], Na=1 - row["mass_fraction"])
    ours = density(alloy, row["temperature"], phase="liquid").value
    what = f"density, {100 * row['mass_fraction']:.3g} wt% K, {row['temperature']:g} K / kg m-3"
    kind = "calibration" if row["in_fit"] else "prediction"
    compare(what, ours, row["density"], 0.0012 if row["in_fit"] else 0.011, f"{row['source']}, {kind}")


@pytest.mark.parametrize("row", property_data("viscosity")["observations"], ids=lambda r: f"{r['temperature']:g}K")
def test_viscosity_of_liquid_alloys(row: dict[str, float]) -> None:
    alloy = Composition.from_mass_fractions(K=row["mass_fraction"], Na=1 - row["mass_fraction"])
    ours = viscosity(alloy, row["temperature"]).value
    what = f"viscosity, {100 * row['mass_fraction']:.3g} wt% K, {row['temperature']:g} K / Pa s"
    compare(what, ours, row["viscosity"], 0.035, f"{row['source']}, prediction")


def test_solubility_of_lithium(printed: Printed) -> None:
    window = lithium_solubility(temperature=printed("S004-078"), draws=0)
    highest, lowest = window.solubility.max().item(), window.solubility.min().item()
    print(f"solubility of Li at 300 K / at%: {100 * lowest:.4f} (K-rich) to {100 * highest:.3f} (Na-rich)")
    assert 100 * highest < printed("S004-080"), "less than 1 % throughout [S004-080], prediction"
    compare("its fall from Na-rich to K-rich", highest / lowest, printed("S004-079"), 0.25, "[S004-079], calibration")
    eutectic = lithium_solubility("K0.68Na0.32", temperature=printed("S004-078"), draws=0)
    assert eutectic.solubility.item() == pytest.approx(2.8e-4, abs=0.1e-4)


def test_current_through_a_film(printed: Printed) -> None:
    """A prediction: 2.8 mA cm-2 with the assumed diffusion coefficient, 5 with a rounder one, for 2 that were reached."""
    film = lithium_film("K0.68Na0.32", thickness="70 um")
    limit = film_estimates(film)["limiting_current_density"]
    assert limit.value is not None
    assert limit.interval is not None
    reached = 10 * printed("S004-090")
    low, high = (bound / 10 for bound in limit.interval)
    print(
        f"film of 70 um / mA cm-2: {limit.value / 10:.1f} ({low:.1f}-{high:.1f}), reached {reached / 10:g}, prediction"
    )
    assert limit.interval[0] < reached < limit.interval[1]
    rounder = lithium_film("K0.68Na0.32", thickness="70 um", diffusivity="5e-5 cm2 s-1", draws=0)
    assert rounder.limiting_current_density.item() / 10 == pytest.approx(5.0, abs=0.1)
