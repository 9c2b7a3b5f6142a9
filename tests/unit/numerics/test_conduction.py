"""Voxel networks against direct solutions, exact limits, and the solver on the surface."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.sparse.linalg import spsolve

from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.conduction import conduct, conduct_under_pattern, voxel_network
from alkanode.numerics.conduction.multigrid import network_matrix

SIZE = (1.0, 2.0, 1.5)


def blobs(side: int, share: float, *, seed: int = 1, width: float = 2.0) -> np.ndarray:
    field = gaussian_filter(np.random.default_rng(seed).normal(size=(side, side)), width, mode="reflect")
    return field > np.quantile(field, 1 - share)


def direct(network: object) -> np.ndarray:
    """Potentials by a sparse factorisation, of what hangs together with an electrode."""
    diagonal = network.diagonal
    matrix = network_matrix(diagonal, network.gz, network.gy, network.gx)
    filled = np.flatnonzero(diagonal.ravel() != 0)
    answer = np.zeros(diagonal.size, dtype=diagonal.dtype)
    answer[filled] = spsolve(matrix[filled][:, filled], network.to_far.ravel()[filled])
    return answer.reshape(diagonal.shape)


@settings(max_examples=15)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 14), st.integers(1, 16)),
    seed=st.integers(0, 10**6),
    resistance=st.sampled_from([0.0, 0.3, 20.0]),
    alternating=st.booleans(),
)
def test_potentials_are_those_of_a_direct_solution(
    shape: tuple[int, int, int], seed: int, resistance: float, alternating: bool
) -> None:
    random = np.random.default_rng(seed)
    sigma = random.uniform(0.1, 10.0, shape) * (1 + (0.7j * random.random(shape) if alternating else 0))
    pattern = random.random(shape[1:]) < 0.4
    pattern[0, 0] = True
    network = voxel_network(sigma, SIZE, pattern=pattern, contact_resistance=resistance)
    found = conduct(network, SIZE, tolerance=1e-11)
    np.testing.assert_allclose(found.potential, direct(network), atol=1e-9)
    assert found.balance < 1e-8


def test_voids_and_metal_of_any_shape() -> None:
    random = np.random.default_rng(3)
    shape = (18, 20, 22)
    height = 3 + 4 * gaussian_filter(random.normal(size=shape[1:]), 3) / 0.1
    metal = np.arange(shape[0])[:, None, None] < height
    voids = random.random(shape) < 0.1
    voids[-1] = False
    sigma = np.where(metal | voids, 0.0, 1.0)
    network = voxel_network(sigma, SIZE, metal=metal, contact_resistance=0.2)
    found = conduct(network, SIZE, tolerance=1e-11)
    assert found.balance < 1e-8
    assert found.potential.min() >= -1e-9
    assert found.potential.max() <= 1 + 1e-9
    residual = np.empty_like(found.potential)
    from alkanode.numerics.conduction import kernels

    kernels.apply(found.potential, network.diagonal, network.gz, network.gy, network.gx, residual)
    np.testing.assert_allclose(residual, network.to_far, atol=1e-8)


def test_full_contact_is_layers_in_a_row() -> None:
    """R A = sum of thickness over conductivity, and the contact."""
    layers = np.array([1.0, 0.5, 4.0, 2.0])
    sigma = np.broadcast_to(layers[:, None, None], (4, 6, 5)).copy()
    network = voxel_network(sigma, SIZE, pattern=np.ones((6, 5), dtype=bool), contact_resistance=0.7)
    found = conduct(network, SIZE, tolerance=1e-13)
    area = 6 * SIZE[1] * 5 * SIZE[2]
    assert area / found.conductance.real == pytest.approx((SIZE[0] / layers).sum() + 0.7, rel=1e-11)


def test_surface_and_voxels_give_one_answer() -> None:
    pattern = blobs(40, 0.3)
    for resistance in (0.0, 0.6):
        network = voxel_network(np.full((12, 40, 40), 2.0), SIZE, pattern=pattern, contact_resistance=resistance)
        voxels = conduct(network, SIZE, tolerance=1e-11)
        surface = conduct_under_pattern(
            np.where(pattern, 1 / resistance if resistance else 0.0, 0.0),
            SIZE[1:],
            conductivity=2.0,
            thickness=12.0,
            perfect=pattern if resistance == 0 else None,
            slices=12,
        )
        area = 40 * 40 * SIZE[1] * SIZE[2]
        assert voxels.conductance.real / area == pytest.approx(surface.conductance.real, rel=1e-9)


def test_alternating_current_through_voids() -> None:
    """With voids as capacitors: the same answer from both solvers, and no constriction at high frequency."""
    pattern = blobs(32, 0.3)
    sigma = 2.0 + 0.1j
    for susceptance in (1e-2j, 1e6j):
        admittance = np.where(pattern, 5.0, susceptance)
        network = voxel_network(np.full((12, 32, 32), sigma), (1.0, 1.0, 1.0), surface_admittance=admittance)
        voxels = conduct(network, (1.0, 1.0, 1.0), tolerance=1e-11)
        surface = conduct_under_pattern(admittance, (1.0, 1.0), conductivity=sigma, thickness=12.0, slices=12)
        assert voxels.conductance / 32**2 == pytest.approx(surface.conductance, rel=1e-8)
    assert 1 / surface.conductance == pytest.approx(12.0 / sigma, rel=0.05)


def test_iterations_do_not_grow_with_the_box() -> None:
    counts = []
    for side in (16, 32, 64):
        network = voxel_network(np.ones((side // 2, side, side)), (1.0, 1.0, 1.0), pattern=blobs(side, 0.3))
        counts.append(conduct(network, (1.0, 1.0, 1.0)).iterations)
    plain = conduct(network, (1.0, 1.0, 1.0), multigrid=False)
    assert max(counts) <= 25
    assert plain.iterations > 6 * counts[-1]


def test_long_voxels_are_halved_where_they_are_short() -> None:
    size = (4.0, 1.0, 1.0)
    network = voxel_network(np.ones((16, 48, 48)), size, pattern=blobs(48, 0.3))
    assert conduct(network, size).iterations <= 25


def test_depth_converges_with_the_second_power_of_a_slice() -> None:
    """The solver on the surface leaves depth undivided: what slices are wrong by falls fourfold when they are halved."""
    pattern = blobs(24, 0.3, width=4)
    size = (1.0, 1.0)

    def conductance(slices: int | None) -> float:
        found = conduct_under_pattern(
            np.zeros(pattern.shape), size, conductivity=1.0, thickness=12.0, perfect=pattern, slices=slices
        )
        return found.conductance.real

    errors = [abs(conductance(slices) / conductance(None) - 1) for slices in (48, 96, 192)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.25)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.15)


@given(st.floats(1e-6, 1e6), st.floats(1e-9, 1e3))
@settings(max_examples=10)
def test_resistance_scales(conductivity: float, length: float) -> None:
    pattern = blobs(12, 0.4)
    one = voxel_network(np.ones((6, 12, 12)), SIZE, pattern=pattern)
    size = tuple(length * s for s in SIZE)
    other = voxel_network(np.full((6, 12, 12), conductivity), size, pattern=pattern)
    ratio = conduct(other, size).conductance.real / conduct(one, SIZE).conductance.real
    assert ratio == pytest.approx(conductivity * length, rel=1e-7)


def test_a_solution_is_a_good_start_and_progress_is_told() -> None:
    network = voxel_network(np.ones((8, 20, 20)), SIZE, pattern=blobs(20, 0.3))
    told: list[int] = []

    class Listener:
        def update(self, done: int, total: int, what: str) -> None:
            told.append(done)

    found = conduct(network, SIZE, progress=Listener())
    assert told == list(range(1, found.iterations + 1))
    assert conduct(network, SIZE, start=found.potential).iterations == 0
    near = conduct_under_pattern(np.ones((6, 6)), (1.0, 1.0), conductivity=1.0, thickness=3.0)
    again = conduct_under_pattern(np.ones((6, 6)), (1.0, 1.0), conductivity=1.0, thickness=3.0, start=near.potential)
    assert again.iterations == 0
    assert 1 / again.conductance.real == pytest.approx(4.0)


def test_what_cannot_conduct_is_refused() -> None:
    sigma = np.ones((4, 3, 3))
    contact = np.ones((3, 3), dtype=bool)
    with pytest.raises(PhysicsError, match="touches metal"):
        voxel_network(sigma, SIZE, pattern=~contact)
    with pytest.raises(PhysicsError, match="box"):
        voxel_network(sigma[0], SIZE, pattern=contact)
    with pytest.raises(PhysicsError, match="three sizes"):
        voxel_network(sigma, (1.0, 0.0, 1.0), pattern=contact)
    with pytest.raises(PhysicsError, match="zero upwards"):
        voxel_network(-sigma, SIZE, pattern=contact)
    with pytest.raises(PhysicsError, match="one of"):
        voxel_network(sigma, SIZE)
    with pytest.raises(PhysicsError, match="pixels of a slice"):
        voxel_network(sigma, SIZE, pattern=contact[:2])
    with pytest.raises(PhysicsError, match="contact resistance"):
        voxel_network(sigma, SIZE, pattern=contact, contact_resistance=-1.0)
    cut = sigma.copy()
    cut[2] = 0
    with pytest.raises(PhysicsError, match=r"no current can flow|balance"):
        conduct(voxel_network(cut, SIZE, pattern=contact), SIZE)
    empty = sigma.copy()
    empty[-1] = 0
    with pytest.raises(PhysicsError, match="far electrode"):
        conduct(voxel_network(empty, SIZE, pattern=contact), SIZE)
    with pytest.raises(PhysicsError, match="after 2 iterations"):
        conduct(voxel_network(np.ones((8, 24, 24)), SIZE, pattern=blobs(24, 0.3)), SIZE, most_iterations=2)
    with pytest.raises(PhysicsError, match="touches metal"):
        conduct_under_pattern(np.zeros((3, 3)), (1.0, 1.0), conductivity=1.0, thickness=1.0)
    with pytest.raises(PhysicsError, match="positive"):
        conduct_under_pattern(np.ones((3, 3)), (1.0, 1.0), conductivity=0.0, thickness=1.0)
