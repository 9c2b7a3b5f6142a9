"""Conduction through voxels: multigrid against plain and diagonal conjugate gradients, the surface solver, exactness, size.

Run ``python benchmarks/conduction.py`` (``--large`` adds a box of 512 x 512 x 128). CPU time, one thread.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from importlib.metadata import version

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 (after the number of threads is fixed)
from scipy.ndimage import gaussian_filter  # noqa: E402
from scipy.sparse.linalg import cg, splu  # noqa: E402

from alkanode.impedance import constriction_resistance  # noqa: E402
from alkanode.numerics.conduction import conduct, conduct_under_pattern, voxel_network  # noqa: E402
from alkanode.numerics.conduction.multigrid import network_matrix  # noqa: E402

UNIT = (1.0, 1.0, 1.0)


def blobs(side: int, share: float = 0.3, width: float = 4.0) -> np.ndarray:
    field = gaussian_filter(np.random.default_rng(1).normal(size=(side, side)), width, mode="reflect")
    return field > np.quantile(field, 1 - share)


def seconds(action: object, repeat: int = 3) -> tuple[float, object]:
    best, found = np.inf, None
    for _ in range(repeat):
        start = time.process_time()
        found = action()
        best = min(best, time.process_time() - start)
    return best, found


def exactness() -> None:
    random = np.random.default_rng(2)
    sigma = random.uniform(0.1, 10, (20, 24, 28))
    network = voxel_network(sigma, (1.0, 2.0, 1.5), pattern=random.random((24, 28)) < 0.3, contact_resistance=0.2)
    matrix = network_matrix(network.diagonal, network.gz, network.gy, network.gx)
    exact = splu(matrix.tocsc()).solve(network.to_far.ravel())
    found = conduct(network, (1.0, 2.0, 1.5), tolerance=1e-11).potential.ravel()
    print(f"potential vs sparse direct solution       {np.abs(found - exact).max():.1e} (target <= 1e-8)")


def series() -> None:
    from_pattern = []
    for share in (0.1, 0.3, 0.5):
        short = 160
        long = round(short * 3**0.5)
        y, x = np.mgrid[:short, :long] + 0.5
        middles = [(short / 2, long / 2), (0, 0), (short, 0), (0, long), (short, long)]
        distance = np.min([np.hypot(y - a, x - b) for a, b in middles], axis=0).ravel()
        pattern = np.zeros(distance.size, dtype=bool)
        pattern[np.argsort(distance, kind="stable")[: round(share * distance.size)]] = True
        pattern = pattern.reshape(short, long)
        values = []
        for part in (1, 2):
            fine = pattern.repeat(part, axis=0).repeat(part, axis=1)
            found = conduct_under_pattern(
                np.zeros(fine.shape), (1 / part, 1 / part), conductivity=1.0, thickness=float(long), perfect=fine
            )
            values.append(1 / found.conductance.real - long)
        limit = 2 * values[1] - values[0]
        spacing = np.sqrt(pattern.size / 2 / np.pi)
        from_pattern.append(limit / float(constriction_resistance(share, resistivity=1.0, spacing=spacing)) - 1)
    print(f"hexagonal spots vs series, f 0.1, 0.3, 0.5  {100 * np.abs(from_pattern).max():.2f} % (target <= 1.5)")


def against_plain() -> None:
    for side, depth in ((64, 32), (128, 64)):
        pattern = blobs(side)
        network = voxel_network(np.ones((depth, side, side)), UNIT, pattern=pattern)
        ours, found = seconds(lambda network=network: conduct(network, UNIT), 2)
        jacobi, plain = seconds(
            lambda network=network: conduct(network, UNIT, multigrid=False, most_iterations=5000), 1
        )
        matrix = network_matrix(network.diagonal, network.gz, network.gy, network.gx).tocsr()
        count = [0]

        def tick(_: object, count: list[int] = count) -> None:
            count[0] += 1

        scipy_time, (x, _) = seconds(
            lambda matrix=matrix, network=network, tick=tick: cg(
                matrix, network.to_far.ravel(), rtol=1e-8, maxiter=5000, callback=tick
            ),
            1,
        )
        conductance = float((network.to_far.ravel() * (1 - x)).sum())
        name = f"{side}x{side}x{depth}"
        print(f"{name} multigrid                     {ours:.2f} s, {found.iterations} iterations")
        print(f"{name} own loops, diagonal           {jacobi:.2f} s, {plain.iterations} iterations")
        print(f"{name} scipy cg (plain)              {scipy_time:.2f} s, {count[0]} iterations")
        print(f"multigrid over scipy cg, network of {name}  {scipy_time / ours:.1f} x (target >= 5)")
        print(f"{name} same conductance              {abs(conductance / found.conductance.real - 1):.1e}")


def surface() -> None:
    for side in (256, 512):
        pattern = blobs(side)
        spent, found = seconds(
            lambda pattern=pattern, side=side: conduct_under_pattern(
                np.zeros((side, side)), (1.0, 1.0), conductivity=1.0, thickness=128.0, perfect=pattern
            ),
            2,
        )
        print(f"surface solver {side}x{side}, any depth      {spent:.2f} s, {found.iterations} iterations")


def alternating() -> None:
    pattern = blobs(64)
    network = voxel_network(
        np.full((32, 64, 64), 1 + 1e-3j), UNIT, surface_admittance=np.where(pattern, 10.0 + 0.1j, 1e-2j)
    )
    spent, found = seconds(lambda: conduct(network, UNIT), 2)
    print(f"64x64x32 complex, one frequency           {spent:.2f} s, {found.iterations} iterations")


def large() -> None:
    pattern = blobs(512)
    start = time.process_time()
    network = voxel_network(np.ones((128, 512, 512)), UNIT, pattern=pattern)
    built = time.process_time() - start
    start = time.process_time()
    found = conduct(network, UNIT)
    spent = time.process_time() - start
    same = conduct_under_pattern(
        np.zeros((512, 512)), (1.0, 1.0), conductivity=1.0, thickness=128.0, perfect=pattern, slices=128
    )
    print(f"512x512x128 network                       {built:.1f} s")
    print(f"512x512x128 multigrid                     {spent:.1f} s, {found.iterations} iterations")
    print(
        f"512x512x128 vs surface solver             {abs(found.conductance.real / 512**2 / same.conductance.real - 1):.1e}"
    )
    print(
        f"512x512x128 memory                        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB"
    )


def main() -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("alkanode", "numpy", "scipy", "numba"))
    print(f"Python {platform.python_version()}, {packages}; one thread, CPU time")
    exactness()
    series()
    against_plain()
    surface()
    alternating()
    if "--large" in sys.argv[1:]:
        large()


if __name__ == "__main__":
    main()
