"""Hand-made histories of the kinds that `simulate` returns, from a law in closed form: no solver, no PyBaMM.

Sodium leaves a cloth of thickness L at a constant flux; at long times its content falls everywhere at the same rate and keeps a
parabola over depth. Potassium stays where it is; beyond the liquidus it is solid.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label

AREA = 2.8274e-5
SODIUM, POTASSIUM = 2.369e-5, 4.536e-5
"""m3 mol-1."""
LIQUIDUS = 0.142
FARADAY = 96485.33212


def stripped_history(
    *,
    density: float = 2.5,
    hours: float = 10.0,
    rows: int = 201,
    spectra: int = 3,
    resistance: float = 200.0,
    diffusivity: float = 1e-12,
    thickness: float = 250e-6,
) -> xr.DataTree:
    """A strip at a current density (A m-2) between two rests of 10 min, with spectra at rest during the strip."""
    lead = 600.0
    t = np.linspace(0.0, hours * 3600, rows)
    depth = (np.arange(20) + 0.5) * thickness / 20
    current = density * AREA
    charge = current * t
    voltage = 0.01 + current * resistance / (1 - 0.9 * (t / t[-1]) ** 4)
    time = np.concatenate(([0.0, lead], lead + t, lead + t[-1] + np.array([0.0, lead])))
    cycling = xr.Dataset(
        {
            "time": ("row", time),
            "voltage": ("row", np.concatenate(([0.01, 0.01], voltage, [0.02, 0.02]))),
            "current": ("row", np.concatenate(([0.0, 0.0], np.full(rows, current), [0.0, 0.0]))),
            "charge": ("row", np.concatenate(([0.0, 0.0], charge, [charge[-1]] * 2))),
            "step": ("row", np.concatenate(([0, 0], np.ones(rows, dtype=int), [2, 2]))),
            "cycle": ("row", np.ones(rows + 4, dtype=int)),
            "control_mode": ("row", np.concatenate(([0, 0], np.ones(rows, dtype=int), [0, 0]))),
        }
    )
    nodes = {"cycling": label(cycling, "cycling"), "states": _states(t + lead, charge, depth, thickness, diffusivity)}
    share = np.interp(time, t + lead, 0.375 * (1 - 0.9 * (t / t[-1]) ** 4))
    interface = xr.Dataset(
        {
            "time": ("row", time),
            "contact_share": ("row", share),
            "liquid_contact_share": ("row", share),
            "counter_contact_share": ("row", np.ones(time.size)),
            "island_charge": ("row", np.zeros(time.size)),
            "open_circuit_voltage": ("row", np.full(time.size, 0.01)),
        }
    )
    nodes["interface"] = label(interface, "simulated_interface")
    events = xr.Dataset(
        {
            "time": ("event", np.array([lead + t[-1]])),
            "name": ("event", np.array(["voltage_limit"])),
            "electrode": ("event", np.array(["working"])),
            "step": ("event", np.array([1])),
            "reason": ("event", np.array(["the voltage reached 1 V"])),
            "charge": ("event", charge[-1:]),
        }
    )
    nodes["events"] = label(events, "simulated_events")
    if spectra:
        nodes["impedance"] = _spectra(np.linspace(lead, lead + 0.8 * t[-1], spectra), current, lead, resistance)
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs.update(model="a law in closed form", parameter_set="none", alloy="NaK50")
    return tree


def _states(
    time: np.ndarray, charge: np.ndarray, depth: np.ndarray, thickness: float, diffusivity: float
) -> xr.Dataset:
    sodium0, potassium = 1.1e4, 6.5e3
    flux = charge[-1] / AREA / FARADAY / (time[-1] - time[0])
    z = depth / thickness
    shape = flux * thickness / diffusivity * (1 / 6 + 0.5 * z**2 - z) * -1.0
    grown = np.minimum((time - time[0]) / (thickness**2 / diffusivity) * 4, 1.0)
    sodium = sodium0 - (charge / AREA / FARADAY / thickness)[:, None] - grown[:, None] * -shape[None, :]
    sodium = np.maximum(sodium, 50.0)
    dissolved = np.minimum(potassium, sodium * (1 - LIQUIDUS) / LIQUIDUS)
    liquid = sodium * SODIUM + dissolved * POTASSIUM
    solid = (potassium - dissolved) * POTASSIUM
    pore = 0.8
    fields = {
        "sodium_content": sodium,
        "potassium_content": np.full_like(sodium, potassium),
        "liquid_volume_fraction": liquid,
        "solid_potassium_volume_fraction": solid,
        "void_volume_fraction": pore - liquid - solid,
        "liquid_sodium_mole_fraction": sodium / (sodium + dissolved),
    }
    record = xr.Dataset(
        {name: (("row", "depth"), values) for name, values in fields.items()}
        | {
            "time": ("row", time),
            "charge": ("row", charge),
            "areal_capacity": ("row", charge / AREA),
            "slice_thickness": ("depth", np.full(depth.size, thickness / depth.size)),
            "carbon_volume_fraction": ("depth", np.full(depth.size, 1 - pore)),
        },
        coords={"depth": depth},
    )
    return label(record, "simulated_states")


def _spectra(time: np.ndarray, current: float, lead: float, resistance: float) -> xr.Dataset:
    frequency = np.geomspace(7e6, 1.0, 40)
    growing = resistance * (1 + np.arange(time.size))
    Z = 30.0 + growing[:, None] / (1 + 2j * np.pi * frequency * growing[:, None] * 1e-4)
    record = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(frequency, (time.size, 1))),
            "impedance": (("spectrum", "point"), Z),
            "time": ("spectrum", time),
            "charge": ("spectrum", current * (time - lead)),
            "step": ("spectrum", np.ones(time.size, dtype=int)),
        }
    )
    return label(record, "impedance")
