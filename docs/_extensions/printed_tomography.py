"""What four papers' tomography prints, each number beside what alkanode computes."""

from __future__ import annotations

import math
from collections.abc import Iterator

FARADAY = 96485.33212
HEADER = ("what is printed", "printed", "alkanode", "what follows")
WIDTHS = (24, 14, 24, 38)


def rows() -> Iterator[tuple[str, str, str, str]]:
    """One row per printed number, computed when the page is built."""
    yield from _geometry()
    yield from _attenuation()
    yield from _charge()


def _geometry() -> Iterator[tuple[str, str, str, str]]:
    from alkanode.virtual.tomograph import Tomograph

    scan = Tomograph(rows=1, columns=math.ceil(4e-3 / 1.3e-6), angles=3001, flats_before=0, flats_after=0, darks=0)
    yield (
        "field of view and cell :cite:`Wu2025`",
        "4 mm, 6 mm",
        f"{scan.columns} columns of 1.3 um; {100 * (4 / 6) ** 2:.0f} % of the cell's area in view",
        "The sample is wider than the view. Attenuation carries an offset: calibrate on known materials "
        "(:func:`~alkanode.tomography.calibrate_grey`), or use differences.",
    )
    yield (
        "3001 projections of 0.1 s in about 3 min",
        "~3 min",
        f"{scan.duration():.0f} s without flats, darks and reading out",
        "Both cannot hold. :func:`alkanode.data.scan_times` takes begin and end of a scan from its file.",
    )
    needed = math.pi / 2 * scan.columns
    yield (
        "3001 projections over 180 degrees",
        "3001",
        f"{needed:.0f} for full resolution at the rim of the view",
        "pi/2 times the columns. With fewer, fine detail far from the axis loses contrast, around the axis only :cite:`KakSlaney1988`.",
    )


def _attenuation() -> Iterator[tuple[str, str, str, str]]:
    from alkanode.materials.attenuation import linear_attenuation, printed_contradictions

    found = printed_contradictions()
    for name in found["material"].values:
        one = found.sel(material=name)
        elam, chantler = (10 * float(one["table_mass_attenuation"].sel(table=key)) for key in ("elam", "chantler"))
        table = f"{elam:.3f} (Elam), {chantler:.3f} (Chantler)"
        ratio = [100 * (float(value) - 1) for value in one["ratio"].values]
        yield (
            f"mass attenuation of {name} at 44.79 keV, cm\\ :sup:`2`/g",
            f"{10 * float(one['mass_attenuation']):.3f}",
            table,
            f"Printed {ratio[0]:+.0f} % off the one and {ratio[1]:+.0f} % off the other.",
        )
    share = found["matching_mass_fraction"]
    yield (
        "the alloy of that value",
        "65 wt% K",
        f"{100 * float(share.sel(basis='printed')):.1f} wt% by the printed metals, "
        f"{100 * float(share.sel(basis='elam')):.1f} and {100 * float(share.sel(basis='chantler')):.1f} by the tables",
        "0.714 is not 65 wt% K on any of the three. Linear attenuation, which is what a voxel shows, is computed from tables.",
    )
    sodium, alloy, potassium = (linear_attenuation(name, "45 keV").value or math.nan for name in ("Na", "NaK50", "K"))
    yield (
        "voxels are proportional to the mass attenuation",
        "no number",
        f"Na {sodium / 100:.3f}, NaK50 {alloy / 100:.3f}, K {potassium / 100:.3f} cm\\ :sup:`-1`",
        "They show the linear coefficient: mass attenuation times density. K in place of NaK50 raises it by "
        f"{100 * (potassium / alloy - 1):.0f} % and lowers the mass. Na in a void raises it, Na in place of the liquid lowers it.",
    )


def _charge() -> Iterator[tuple[str, str, str, str]]:
    from alkanode.foundation.units import to_si
    from alkanode.materials import element
    from alkanode.materials.attenuation import linear_attenuation, mass_attenuation

    charge = to_si("0.5 mAh cm-2", "areal_capacity")
    mass = charge * element("Na").molar_mass.value / FARADAY
    change = mass * (mass_attenuation("Na", "45 keV").value or math.nan)
    whole = 250e-6 * (linear_attenuation("NaK50", "45 keV").value or math.nan)
    yield (
        "0.5 mAh cm\\ :sup:`-2` stripped from a 250 um electrode",
        "0.5, 250",
        f"{1e6 * mass / 968:.1f} um of Na; {100 * change / whole:.1f} % of the attenuation of a full layer",
        "The sum over all voxels follows the charge only if flats are good to 0.1 %. "
        ":func:`~alkanode.tomography.attenuation_conservation` sets both errors beside it.",
    )
    rate = to_si("1 mA cm-2", "current_density") * element("Na").molar_mass.value / FARADAY / 968
    yield (
        "1 mA cm\\ :sup:`-2` while a scan is taken",
        "1",
        f"{1e6 * rate * 300:.2f} um of Na within 300 s",
        "Less than a voxel: a scan is a still picture. At the 0.4 mA cm\\ :sup:`-2` of another paper it is less still.",
    )
    yield (
        "grains of increase and decrease near 350 um",
        "~350 um",
        "no number",
        "The electrode is about 250 um thick and the origin of the axis is not said. "
        "Depth here is counted from the fitted plane of the electrolyte.",
    )
    yield (
        "mean grain volume over depth; mass increase and decrease",
        "curves",
        "no number",
        "Neither the threshold, nor the smallest grain, nor the rule of counting is given. All three are stored with every result here.",
    )
    yield (
        "plating at 0.4 mA cm\\ :sup:`-2` without cracks",
        "none seen",
        "an opening, from the noise of the slices",
        '"None" means none wider than :func:`~alkanode.tomography.crack_estimate` says could have been found.',
    )


EVENTS_HEADER = ("what happens in a voxel", "change, cm\\ :sup:`-1`", "one voxel", "smoothed by 1 voxel", "by 2 voxels")
EVENTS_WIDTHS = (36, 16, 16, 16, 16)


def events() -> Iterator[tuple[str, ...]]:
    """Contrast of each event over the noise of a difference, at 3001 angles and 20 000 counts of which 70 % pass."""
    from alkanode.materials.attenuation import linear_attenuation

    level = {name: (linear_attenuation(name, "45 keV").value or 0.0) / 100 for name in ("Na", "K", "NaK50", "NaK65")}
    level["void"] = 0.0
    noise = _noise_of_a_difference()
    yield ("*noise of the difference*", "", *(f"*{one:.3g}*" for one in noise))
    for before, after in (
        ("NaK50", "K"),
        ("NaK50", "Na"),
        ("NaK50", "void"),
        ("void", "Na"),
        ("void", "NaK50"),
        ("NaK50", "NaK65"),
    ):
        change = level[after] - level[before]
        yield (f"{before} to {after}", f"{change:+.2f}", *(f"{abs(change) / one:.1f}" for one in noise))


def _noise_of_a_difference(counts: float = 2e4, transmission: float = 0.7) -> tuple[float, ...]:
    """Standard deviation in 1/cm, unsmoothed and smoothed by one and two voxels, of slices of nothing but noise."""
    import numpy as np
    import xarray as xr
    from scipy.ndimage import gaussian_filter

    from alkanode.data.schema import label
    from alkanode.tomography import reconstruct

    rows, angles, columns = 24, 3001, 112
    drawn = np.random.default_rng(1).poisson(counts * transmission, (rows, angles, columns))
    fields = {
        "line_integral": (("row", "angle", "column"), -np.log(drawn / counts).astype("float32")),
        "rotation_angle": ("angle", np.arange(angles) * np.pi / angles),
        "pixel_size": ((), 1.3e-6),
    }
    lines = label(xr.Dataset(fields), "line_integrals")
    noise = reconstruct(lines, 0.5 * (columns - 1))["attenuation"].to_numpy()[:, 24:-24, 24:-24] / 100
    noise = noise - noise.mean()
    return tuple(math.sqrt(2) * float(gaussian_filter(noise, (s, s, s), mode="wrap").std()) for s in (0, 1, 2))
