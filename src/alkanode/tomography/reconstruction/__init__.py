"""From line integrals to slices."""

from alkanode.tomography.reconstruction.filters import WINDOWS
from alkanode.tomography.reconstruction.halves import split_halves
from alkanode.tomography.reconstruction.noise import expected_noise
from alkanode.tomography.reconstruction.options import Grid, Reconstruction
from alkanode.tomography.reconstruction.reconstruct import reconstruct
from alkanode.tomography.reconstruction.resolution import modulation_transfer, resolved_length
from alkanode.tomography.reconstruction.ring_noise import ring_noise
from alkanode.tomography.reconstruction.slices import reconstruction_kernel

__all__ = [
    "WINDOWS",
    "Grid",
    "Reconstruction",
    "expected_noise",
    "modulation_transfer",
    "reconstruct",
    "reconstruction_kernel",
    "resolved_length",
    "ring_noise",
    "split_halves",
]
