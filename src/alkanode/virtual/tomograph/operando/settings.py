"""The virtual operando cell: what stands in the beam, and what the current does to it.

From below: electrolyte (NASICON, with pores), a pool of liquid alloy that touches it, carbon cloth whose fibres wear a
film of the same alloy with open space between them, all in a tube (PEEK). The cell is a miniature: the whole of it fits
in the view unless ``inner_radius`` is made larger, and its area is that of the tube's bore.
"""

from __future__ import annotations

from dataclasses import dataclass

from alkanode.foundation.errors import PhysicsError


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandoCell:
    """Sizes and the stated law of the virtual cell, in SI.

    Attributes
    ----------
    alloy
        Alloy of Na and K at the start.
    inner_radius, wall
        Bore and wall of the tube, m. Default: the tube ends inside a view of 360 columns of 1.3 um; 300 um and more
        are wider than that view (truncation).
    electrolyte_height
        Electrolyte above detector row 0, m; it goes on below the view.
    electrolyte_pores
        Pores of the electrolyte, in the view.
    pool_height
        Liquid between electrolyte and cloth, m.
    fibre_radius, film_radius
        Carbon fibre, and fibre with its film, m.
    fibre_spacing, layer_spacing, layers
        Distance of fibres in a layer and of layers, m, and the number of layers.
    areal_capacity
        Charge that is stripped and plated back, C m-2 (default 0.5 mAh cm-2, as in :cite:`Wu2025`).
    current_density
        A m-2 (default 0.25 mA cm-2).
    stripped_shares
        Share of that charge that is missing from the anode at each scan.
    pool_share
        Share of the charge that comes from the pool; the rest comes from the films, most from those next to the pool.
    film_reach
        m over which the depletion of the films fades.
    precipitated
        Mass of K that is in grains at each scan, over the mass of Na that the pool has lost at the scan where it has
        lost most. 1 keeps NaK50 at its composition: as much K falls out as Na leaves.
    bubble_height
        Voids at the electrolyte before the first scan, as a height over the whole area, m.
    fillable
        Share of the volume of the voids grown while stripping that plating fills; it then turns to the bubbles.
    island_share
        Share of what plating fills that is Na metal; the rest is filled by liquid that flows back.
    void_radius, potassium_radius, pore_radius
        (smallest, largest) radius, m; sizes are drawn log-uniformly and then scaled to the right sum.
    moving_fibres, fibre_motion
        Fibres that move sideways, and how far by the last scan (m): no material comes or goes, but a difference
        shows gain beside loss.
    crack_opening, crack_radius
        A crack in the electrolyte, from the fourth scan on, filled with Na: opening and radius in m; 0: none.
    lean
        Rotation (z, y, x) of the whole cell against the tomograph before the first scan, rad.
    """

    alloy: str = "NaK50"
    inner_radius: float = 190e-6
    wall: float = 25e-6
    electrolyte_height: float = 52e-6
    electrolyte_pores: int = 120
    pool_height: float = 24e-6
    fibre_radius: float = 4e-6
    film_radius: float = 7.5e-6
    fibre_spacing: float = 18e-6
    layer_spacing: float = 16e-6
    layers: int = 8
    areal_capacity: float = 0.5 * 3.6e4
    current_density: float = 2.5
    stripped_shares: tuple[float, ...] = (0.0, 0.5, 1.0, 0.5, 0.0)
    pool_share: float = 0.4
    film_reach: float = 20e-6
    precipitated: tuple[float, ...] = (0.0, 0.0, 1.0, 1.0, 0.7)
    bubble_height: float = 0.7e-6
    fillable: float = 0.65
    island_share: float = 0.75
    void_radius: tuple[float, float] = (4e-6, 10e-6)
    potassium_radius: tuple[float, float] = (3e-6, 7e-6)
    pore_radius: tuple[float, float] = (2e-6, 5e-6)
    moving_fibres: int = 6
    fibre_motion: float = 2e-6
    crack_opening: float = 0.0
    crack_radius: float = 20e-6
    lean: tuple[float, float, float] = (0.0, 2e-3, -1e-3)

    def __post_init__(self) -> None:
        lengths = (
            self.inner_radius, self.wall, self.electrolyte_height, self.pool_height, self.fibre_radius,
            self.film_radius - self.fibre_radius, self.fibre_spacing, self.layer_spacing, self.crack_radius,
            self.film_reach, self.areal_capacity, self.current_density,
            *self.void_radius, *self.potassium_radius, *self.pore_radius,
        )  # fmt: skip
        if min(lengths) <= 0 or min(self.bubble_height, self.fibre_motion, self.crack_opening) < 0:
            raise PhysicsError("sizes above 0, and a film around the fibre, are needed", found=str(self))
        if self.layers < 0 or self.electrolyte_pores < 0 or self.moving_fibres < 0:
            raise PhysicsError("no negative numbers of layers, pores and fibres", found=str(self))
        gap = self.fibre_spacing - 2 * self.film_radius
        if gap <= self.fibre_motion or self.layer_spacing <= 2 * self.film_radius:
            raise PhysicsError(
                "fibres with their films must not touch, also when they move",
                found=f"films of {2e6 * self.film_radius:g} um, fibres {1e6 * self.fibre_spacing:g} um and layers "
                f"{1e6 * self.layer_spacing:g} um apart, {1e6 * self.fibre_motion:g} um of motion",
            )
        if self.layers == 0 and self.pool_share != 1:
            raise PhysicsError("without fibres all charge comes from the pool", found=f"pool_share {self.pool_share:g}")
        shares = (*self.stripped_shares, self.pool_share, self.fillable, self.island_share)
        if not all(0 <= share <= 1 for share in shares) or len(self.precipitated) != len(self.stripped_shares):
            raise PhysicsError("shares from 0 to 1, and as many precipitated as stripped shares", found=str(self))
        if len(self.stripped_shares) < 2 or self.stripped_shares[0] != 0 or self.precipitated[0] != 0:
            raise PhysicsError("at least two scans, the first before any charge, are needed", found=str(self))
        largest = self.stripped_shares.index(max(self.stripped_shares))
        if max(self.stripped_shares) != 1 or any(
            (after < before) != (number >= largest)
            for number, (before, after) in enumerate(zip(self.stripped_shares, self.stripped_shares[1:], strict=False))
        ):
            raise PhysicsError("one half cycle of stripping to 1 and one of plating", found=str(self.stripped_shares))

    @property
    def area(self) -> float:
        """Area of the electrode, m2."""
        return 3.141592653589793 * self.inner_radius**2

    @property
    def unchanged(self) -> int:
        """Number of the last scan before any charge."""
        return next(number for number, share in enumerate(self.stripped_shares) if share > 0) - 1

    @property
    def turn(self) -> int:
        """Number of the scan at which all of the charge has been stripped."""
        return self.stripped_shares.index(1.0)

    @property
    def foot(self) -> float:
        """Height z of the interface of electrolyte and pool, m."""
        return self.electrolyte_height

    @property
    def pool_top(self) -> float:
        """Height z of the surface of the pool, m."""
        return self.electrolyte_height + self.pool_height

    def layer_height(self, layer: int) -> float:
        """Height z of the fibres of a layer, m."""
        return self.pool_top + (layer + 0.5) * self.layer_spacing
