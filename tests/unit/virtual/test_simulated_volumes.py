"""Voxel volumes of a simulated anode: shares, mass, growth, noise; what the tomography chain finds in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from simulated_histories import stripped_history

from alkanode.data import check
from alkanode.foundation.errors import PhysicsError
from alkanode.materials.attenuation import linear_attenuation, mass_attenuation
from alkanode.materials.elements import element
from alkanode.tomography import difference
from alkanode.virtual.simulated_cell import VolumeSettings, anode_volume

SETTINGS = VolumeSettings(width=48, voxel_size=2.6e-6, body_size=6e-6, noise=0.0)
EARLY, LATE = 600.0, 600.0 + 30 * 3600.0


@pytest.fixture(scope="module")
def history():
    """A strip that goes beyond the liquidus near the electrolyte."""
    return stripped_history(hours=36.0, spectra=0)


def anode(volume) -> np.ndarray:
    """The voxels above the interface."""
    return volume["attenuation"].to_numpy()[volume["z"].to_numpy() > 0]


def test_voids_and_grains_have_the_volumes_of_the_model(history) -> None:
    volume = check(anode_volume(history, LATE, seed=1, settings=SETTINGS), "volume")
    for what in ("void", "solid_potassium"):
        assert volume.attrs[f"{what}_volume"] == pytest.approx(volume.attrs[f"model_{what}_volume"], rel=1e-3)
        assert volume.attrs[f"{what}_volume"] > 0
    voxels = anode(volume)
    solid = np.float32(linear_attenuation("K", "45 keV").value)
    states = history["states"].to_dataset()
    row = int(np.argmin(np.abs(states["time"].to_numpy() - LATE)))
    depth = volume["z"].to_numpy()[volume["z"].to_numpy() > 0]
    for value, field in ((0.0, "void_volume_fraction"), (solid, "solid_potassium_volume_fraction")):
        share = (voxels == value).mean(axis=(1, 2))
        expected = np.interp(depth, states["depth"].to_numpy(), states[field].to_numpy()[row])
        np.testing.assert_allclose(share[:-1], expected[:-1], atol=0.04)  # cells of the model are 5 voxels thick


def test_attenuation_follows_the_mass_of_the_model(history) -> None:
    states = history["states"].to_dataset()
    for moment in (EARLY, LATE):
        volume = anode_volume(history, moment, seed=1, settings=SETTINGS)
        found = anode(volume).mean(axis=(1, 2)).sum() * SETTINGS.voxel_size
        row = int(np.argmin(np.abs(states["time"].to_numpy() - moment)))
        width = states["slice_thickness"].to_numpy()
        metal = sum(
            (mass_attenuation(symbol, "45 keV").value or 0.0)
            * element(symbol).molar_mass.value
            * (states[field].to_numpy()[row] * width).sum()
            for symbol, field in (("Na", "sodium_content"), ("K", "potassium_content"))
        )
        carbon = (linear_attenuation("C", "45 keV").value or 0.0) * 0.2 * width.sum()
        assert found == pytest.approx(metal + carbon, rel=1e-3)


def test_a_void_grows_where_it_was(history) -> None:
    early, late = (anode(anode_volume(history, at, seed=1, settings=SETTINGS)) for at in (EARLY, LATE))
    assert (late[early == 0] == 0).all()
    assert (late == 0).sum() > (early == 0).sum()
    elsewhere = anode(anode_volume(history, EARLY, seed=2, settings=SETTINGS))
    assert not np.array_equal(early == 0, elsewhere == 0)


def test_noise_is_fresh_in_every_scan(history) -> None:
    noisy = replace(SETTINGS, noise=20.0)
    floors = [
        anode_volume(history, at, seed=1, settings=noisy)["attenuation"].to_numpy()[:8] for at in (EARLY, EARLY + 60.0)
    ]
    assert floors[0].std() == pytest.approx(20.0, rel=0.05)
    assert abs(np.corrcoef(floors[0].ravel(), floors[1].ravel())[0, 1]) < 0.05


def test_the_difference_of_the_chain_sees_the_change(history) -> None:
    before, after = (anode_volume(history, at, seed=1, settings=replace(SETTINGS, noise=10.0)) for at in (EARLY, LATE))
    change = difference(after, before, smoothing=1.0)
    z = change["z"].to_numpy()
    mean = change["attenuation_change"].to_numpy().mean(axis=(1, 2))
    assert abs(mean[z < -5e-6]).max() < 1.0  # nothing in the electrolyte
    inside = (z > 5e-6) & (z < 240e-6)
    assert mean[inside].max() < 0  # sodium left everywhere
    rose = (change["attenuation_change"].to_numpy() > 15.0).mean(axis=(1, 2))
    assert (
        rose[(z > 5e-6) & (z < 50e-6)].mean() > 5 * rose[(z > 150e-6) & (z < 240e-6)].mean()
    )  # potassium precipitates


def test_what_cannot_be_scanned(history) -> None:
    with pytest.raises(PhysicsError, match="within the simulation"):
        anode_volume(history, 1e9, seed=1, settings=SETTINGS)
    for bad in ({"voxel_size": 0.0}, {"width": 4}, {"noise": -1.0}, {"body_size": np.nan}):
        with pytest.raises(PhysicsError):
            VolumeSettings(**bad)
