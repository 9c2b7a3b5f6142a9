"""Tomography: scans, volumes, changes and grains."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

_ELEMENTARY_CHARGE = 1.602176634e-19

ENTRIES = (
    Quantity(name="counts", unit="1", symbol="N", definition="Detector reading of a pixel."),
    Quantity(
        name="image_key",
        unit="1",
        symbol="",
        definition="What a frame is, as in NXtomo: 0 projection, 1 flat, 2 dark, 3 invalid.",
    ),
    Quantity(
        name="rotation_angle",
        unit="rad",
        display_unit="deg",
        factor=57.29577951308232,
        symbol="theta",
        definition="Angle of the sample stage.",
    ),
    Quantity(
        name="pixel_size",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="p",
        definition="Width of a detector pixel at the sample.",
    ),
    Quantity(
        name="photon_energy",
        unit="J",
        display_unit="keV",
        factor=1e-3 / _ELEMENTARY_CHARGE,
        symbol="E",
        definition="Energy of the X-rays.",
    ),
    Quantity(name="exposure_time", unit="s", symbol="t_exp", definition="Time of exposure of a frame."),
    Quantity(
        name="detector_distance",
        unit="m",
        display_unit="mm",
        factor=1e3,
        symbol="d",
        definition="From the sample to the detector.",
    ),
    Quantity(name="beam_monitor", unit="1", symbol="", definition="Beam intensity of a frame, relative."),
    Quantity(
        name="line_integral",
        unit="1",
        symbol="p",
        definition="Attenuation along a ray: minus the logarithm of the transmission.",
    ),
    Quantity(name="axis_column", unit="1", symbol="c", definition="Detector column of the rotation axis, in pixels."),
    *(
        Quantity(
            name=name,
            unit="m-1",
            display_unit="cm-1",
            factor=1e-2,
            symbol=symbol,
            definition=definition,
        )
        for name, symbol, definition in (
            ("attenuation", "mu", "Linear attenuation coefficient."),
            ("attenuation_before", "mu_0", "Linear attenuation coefficient in the reference scan."),
            ("attenuation_after", "mu_1", "Linear attenuation coefficient in the later scan."),
            ("attenuation_change", "dmu", "Linear attenuation coefficient after less that before."),
            ("attenuation_noise", "sigma_mu", "Standard deviation of the linear attenuation coefficient from noise."),
        )
    ),
    Quantity(
        name="mass_attenuation",
        unit="m2 kg-1",
        display_unit="cm2 g-1",
        factor=10.0,
        symbol="mu/rho",
        definition="Mass attenuation coefficient.",
    ),
    *(
        Quantity(name=name, unit="m", display_unit="um", factor=1e6, symbol=symbol, definition=definition)
        for name, symbol, definition in (
            ("z", "z", "Along the rotation axis, with the detector rows."),
            ("y", "y", "Across the rotation axis."),
            ("x", "x", "Across the rotation axis, along the detector columns at angle 0."),
            ("depth", "z_d", "From the electrolyte into the anode."),
            ("equivalent_diameter", "d", "Diameter of the sphere of the same volume."),
            ("displacement", "u", "Distance that a point moved."),
        )
    ),
    *(
        Quantity(name=name, unit="m3", display_unit="um3", factor=1e18, symbol="V", definition=definition)
        for name, definition in (
            ("grain_volume", "Volume of a grain."),
            ("mean_grain_volume", "Volume of grains over their number."),
            ("volume_gained", "Volume whose attenuation rose beyond the threshold."),
            ("volume_lost", "Volume whose attenuation fell beyond the threshold."),
        )
    ),
    Quantity(name="contact_area_fraction", unit="1", symbol="theta_c", definition="Interface that touches metal."),
)
