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
    Quantity(
        name="spatial_frequency",
        unit="m-1",
        display_unit="mm-1",
        factor=1e-3,
        symbol="nu",
        definition="Periods per length.",
    ),
    Quantity(name="modulation", unit="1", symbol="MTF", definition="Contrast kept at a spatial frequency."),
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
            ("half_difference", "d_mu", "Half of what odd less even projections give: noise without the object."),
            ("class_attenuation", "mu_c", "Linear attenuation coefficient of a class of materials."),
            ("material_attenuation", "mu_m", "Linear attenuation coefficient of a material."),
            ("contrast", "dmu_c", "Change of the linear attenuation coefficient where one material replaces another."),
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
            ("displacement_noise", "u_n", "Standard error of a displacement that noise alone explains."),
            ("axis_displacement", "u_a", "Distance by which a wrong rotation axis displaces a slice."),
            ("smallest_corrected", "d_s", "Diameter from which on grains that noise hid are corrected for."),
            ("resolved_length", "d_r", "Half the period of the finest lines still told apart."),
            ("edge_distance", "d_e", "Distance from an edge, positive outside."),
        )
    ),
    *(
        Quantity(name=name, unit="m3", display_unit="um3", factor=1e18, symbol="V", definition=definition)
        for name, definition in (
            ("grain_volume", "Volume of a grain."),
            ("mean_grain_volume", "Volume of grains over their number."),
            ("volume_gained", "Volume whose attenuation rose beyond the threshold."),
            ("volume_lost", "Volume whose attenuation fell beyond the threshold."),
            ("smallest_grain", "Smallest volume that counts as a grain."),
            ("false_volume", "Volume that noise alone is expected to put beyond the threshold."),
            ("grain_volume_error", "Standard error of the volume of a grain from noise."),
            ("transition_volume", "Volume in which one material took the place of another."),
            ("transition_volume_error", "Standard error of the volume of a transition from noise."),
            ("size_volume", "Volume of a transition in grains of about one size."),
            ("contrast_volume", "Volume of a grain from its summed change of attenuation over its contrast."),
            ("contrast_volume_error", "Standard error of the volume of a grain from noise."),
            ("contrast_volume_interval", "Volume of a grain with the other contrasts that it may have."),
            ("found_volume", "Volume of the grains found."),
            ("corrected_volume", "Volume of the grains found, and of those that noise hid."),
            ("volume_interval", "Bounds of the volume that changed."),
            ("interval_part", "What widens the bounds of the volume that changed."),
            ("volume_gained_interval", "Bounds of the volume whose attenuation rose."),
            ("volume_lost_interval", "Bounds of the volume whose attenuation fell."),
        )
    ),
    *(
        Quantity(name=name, unit="m-3", display_unit="mm-3", factor=1e-9, symbol="n_f", definition=definition)
        for name, definition in (
            ("false_grain_density", "Grains found where nothing changed, per volume."),
            ("false_grain_density_upper", "Upper bound of the grains found where nothing changed, per volume."),
        )
    ),
    *(
        Quantity(name=name, unit="1", symbol=symbol, definition=definition)
        for name, symbol, definition in (
            ("threshold", "k", "Smallest change that counts, in standard deviations of the noise."),
            ("false_volume_fraction", "f_f", "Share of unchanged volume that lies beyond the threshold."),
            ("grain_count", "N", "Number of grains."),
            ("voxel_count", "N", "Number of voxels."),
            ("trusted_voxels", "N", "Number of voxels whose change can be trusted."),
            ("distrusted_voxels", "N", "Number of voxels whose change an edge or the rotation axis makes doubtful."),
            ("noise_factor", "f_n", "Noise of a voxel over that of its slice."),
            ("edge_displacement", "u_e", "Standard displacement of edges between two scans, in voxels."),
            ("radius_voxels", "r", "Distance from the rotation axis, in voxels."),
        )
    ),
    Quantity(
        name="crack_area", unit="m2", display_unit="um2", factor=1e12, symbol="A_c", definition="Area of a crack."
    ),
    *(
        Quantity(name=name, unit="1", symbol=symbol, definition=definition)
        for name, symbol, definition in (
            ("attenuation_balance", "B", "Sum of attenuation gained times volume, over area."),
            ("expected_balance", "B_Q", "Attenuation gained per area by the metal that the charge moved."),
            ("balance_noise", "s_B", "Standard error of the balance of attenuation from noise."),
            ("flat_balance_error", "e_B", "Error of the balance of attenuation from flats that are off."),
            ("table_balance_error", "e_T", "Error of the expected balance from tables of attenuation."),
            ("slice_balance", "B_z", "Balance of attenuation of one slice."),
            ("balance_ratio", "B/B_Q", "Balance of attenuation over what the charge expects."),
        )
    ),
    Quantity(name="contact_area_fraction", unit="1", symbol="theta_c", definition="Interface that touches metal."),
    *(
        Quantity(name=name, unit="m", display_unit="um", factor=1e6, symbol=symbol, definition=definition)
        for name, symbol, definition in (
            ("void_spacing", "a_v", "Mean distance from the centre of a void to that of the nearest one."),
            ("void_diameter", "d_v", "Diameter of the circle of the area of a void, mean over the voids."),
            ("contact_radius", "a_c", "Radius of one contact spot in its round cell."),
            ("correlation_length", "l_c", "Distance at which the covariance of a pattern has fallen to 1/e."),
            ("interface_height", "z_i", "Where attenuation is halfway between electrolyte and anode, along z."),
            ("plane_height", "z_i", "Height of the plane of the interface at the rotation axis."),
            ("plane_height_error", "s_z", "Standard error of the height of the plane of the interface."),
            ("roughness", "R_q", "Standard deviation of the height of the interface against its plane."),
            ("principal_length", "l", "Full length of the ellipsoid with the second moments of a grain."),
            ("displacement_vector", "u", "Displacement that explains a pair of gain and loss."),
            ("opening", "w", "Width of a crack, mean over its area."),
            ("smallest_opening", "w_min", "Width of the thinnest crack that would be found with 95 % certainty."),
            ("interface_distance", "d_i", "From the interface to the nearest end of a crack."),
        )
    ),
    *(
        Quantity(name=name, unit="m3", display_unit="um3", factor=1e18, symbol="V", definition=definition)
        for name, definition in (
            ("piece_volume", "Volume of the part of a grain within one slice."),
            ("volume_displaced", "Volume of grains that are matter displaced, not changed."),
            ("volume_of_fringes", "Volume of grains that are fringes at an edge."),
        )
    ),
    *(
        Quantity(name=name, unit="m", display_unit="um", factor=1e6, symbol="r", definition=definition)
        for name, definition in (
            ("centroid", "Middle of a grain."),
            ("piece_centroid", "Middle of the part of a grain within one slice."),
            ("z_first", "First voxel of a grain along z."),
            ("z_last", "Last voxel of a grain along z."),
            ("y_first", "First voxel of a grain along y."),
            ("y_last", "Last voxel of a grain along y."),
            ("x_first", "First voxel of a grain along x."),
            ("x_last", "Last voxel of a grain along x."),
        )
    ),
    *(
        Quantity(name=name, unit="s", symbol=symbol, definition=definition)
        for name, symbol, definition in (
            ("scan_start", "t_0", "When a scan began."),
            ("scan_end", "t_1", "When a scan ended."),
        )
    ),
    *(
        Quantity(
            name=f"{name}{part}",
            unit=unit,
            display_unit=shown,
            factor=factor,
            symbol=symbol,
            definition=f"{start} {when}",
        )
        for name, unit, shown, factor, symbol, start in (
            ("charge", "C", "mAh", 1 / 3.6, "Q", "Running charge"),
            ("areal_capacity", "C m-2", "mAh cm-2", 1e-4 / 3.6, "q_A", "Charge over electrode area"),
        )
        for part, when in (
            ("_at_start", "when a scan began."),
            ("_at_end", "when a scan ended."),
            ("_error", "in the middle of a scan: standard error from the offset of two clocks."),
        )
    ),
    Quantity(name="voltage_lowest", unit="V", symbol="U_min", definition="Lowest voltage within a scan."),
    Quantity(name="voltage_highest", unit="V", symbol="U_max", definition="Highest voltage within a scan."),
)
