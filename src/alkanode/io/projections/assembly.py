"""From what a source hands over to a record, the same for every source."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from math import pi
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.io.projections.angles import Keys, check_angles, fit_to_frames, in_radians
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import ConstantFrames, JoinedFrames
from alkanode.io.projections.lazy import lazy_variable
from alkanode.io.projections.raw_scan import DARK, FLAT, INVALID, PROJECTION, Floats, Part, RawAngles, RawScan, keyed
from alkanode.io.projections.text_angles import AngleRange

FEWEST_PROJECTIONS = 0.1
"""Share of the projections that a whole view needs (half of pi times its columns) below which they are called few."""

OLDEST_FLATS = 3600.0
"""s; flats of another scan that are further away are called old. The beam of a scan of five minutes was seen to drift by
1.5 %, after which it is refilled; an hour is many scans away."""

SORTS = {PROJECTION: "projections", FLAT: "flats", DARK: "darks", INVALID: "invalid frames"}


@dataclass(kw_only=True)
class Given:
    """What the user said, which counts more than what a file says.

    Attributes
    ----------
    angles, angle_unit
        Angles as stored, a range, or none; their unit.
    flats, flats_after, darks
        Parts that replace those of the source.
    facts
        ``pixel_size`` and the like in SI.
    full
        Reading that stands for full transmission where no flats are needed.
    """

    angles: RawAngles | AngleRange | None = None
    angle_unit: str = ""
    flats: list[Part] = field(default_factory=list)
    flats_after: list[Part] = field(default_factory=list)
    darks: list[Part] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    full: float | None = None


@dataclass(kw_only=True)
class Assembled:
    """What came of a scan.

    Attributes
    ----------
    record
        Kind ``projections`` with lazy ``counts``, or ``None`` where a defect is fatal.
    facts
        For the report, JSON-friendly.
    source, keys, angles
        All frames in order, their sorts and angles (rad), as far as they could be found.
    """

    record: xr.Dataset | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    source: JoinedFrames | None = None
    keys: Keys | None = None
    angles: Floats | None = None


def assemble(scan: RawScan, given: Given, findings: Findings) -> Assembled:
    """Make a record of what a source handed over.

    Parameters
    ----------
    scan
        As the source found it.
    given
        What the user said.
    findings
        Takes every defect.

    Returns
    -------
    Assembled
        The record, or as much as there is.
    """
    order = _in_order(scan, given, findings)
    parts = order.parts
    if not _one_size(parts, findings):
        return Assembled()
    keys = _known_keys(np.concatenate([part.keys for part in parts]), scan.source, findings)
    _check_sorts(keys, given, scan.source, findings)
    angles, where = _angles(scan, given, order, findings)
    described: dict[str, float | str] = {}
    if angles is not None:
        keys, described = check_angles(angles, keys, where, findings)
    source = JoinedFrames(tuple(part.frames for part in parts))
    facts: dict[str, Any] = {
        "frames": {sort: int((keys == key).sum()) for key, sort in SORTS.items() if (keys == key).any()},
        "rows": source.shape[1],
        "columns": source.shape[2],
        "dtype": str(source.dtype),
        **described,
        **scan.facts,
        **given.facts,
        **scan.attrs,
    }
    _check_facts(facts, findings)
    _check_sampling(described, facts, findings)
    _check_age(scan, given, findings)
    made = Assembled(facts=facts, source=source, keys=keys, angles=angles)
    if findings.any_fatal or angles is None:
        return made
    record = xr.Dataset({"counts": lazy_variable(("frame", "row", "column"), source)})
    record["image_key"] = ("frame", keys)
    record["rotation_angle"] = ("frame", angles)
    for name, values in _per_frame(scan, order, findings).items():
        record[name] = ("frame", values)
    for name, value in {**scan.facts, **given.facts}.items():
        record[name] = ((), value)
    record.attrs.update(source_file=scan.source, layout=scan.layout, **scan.attrs)
    if given.full is not None:
        record.attrs["normalised"] = (
            f"the readings are transmissions, {given.full:g} is full: flat and dark are made up"
        )
    made.record = label(record, "projections")
    return made


@dataclass(frozen=True)
class _Order:
    """Parts in the order of the record, and which of its frames are the scan's own.

    Attributes
    ----------
    parts
        In order.
    own
        (own frame,) sorts as the source has them, of all its frames.
    kept
        (own frame,) whether it is among ``parts``.
    before, after
        Numbers of given frames before and after the own ones.
    """

    parts: list[Part]
    own: Keys
    kept: npt.NDArray[np.bool_]
    before: int
    after: int

    def spread(self, values: Floats) -> Floats:
        """Values of the own frames laid on all frames of the record, NaN for given ones."""
        return np.concatenate([np.full(self.before, np.nan), values[self.kept], np.full(self.after, np.nan)])


def _in_order(scan: RawScan, given: Given, findings: Findings) -> _Order:
    """Frames that are given in place of the source's; frames of a mixed part are set aside, parts of one sort left out."""
    replaced = [key for key, new in ((FLAT, given.flats + given.flats_after), (DARK, given.darks)) if new]
    if given.full is not None:
        replaced = [FLAT, DARK]
    own = np.concatenate([part.keys for part in scan.parts])
    for key in replaced:
        if count := int((own == key).sum()):
            findings.assume(f"{count} {SORTS[key]} of {scan.source} are set aside for those given")
    parts, kept = [], []
    for part in scan.parts:
        stays = not np.isin(part.keys, replaced).all()
        kept.append(np.full(part.keys.size, stays))
        if stays:
            parts.append(replace(part, keys=np.where(np.isin(part.keys, replaced), INVALID, part.keys)))
    front = [*given.darks, *given.flats, *_made_up(scan, given, findings)]
    before, after = (sum(part.keys.size for part in side) for side in (front, given.flats_after))
    return _Order([*front, *parts, *given.flats_after], own, np.concatenate(kept), before, after)


def _made_up(scan: RawScan, given: Given, findings: Findings) -> list[Part]:
    """A dark of zeros and a flat of full transmission, for readings that are transmissions already."""
    if given.full is None:
        return []
    findings.assume(f"the readings are transmissions, {given.full:g} is full: one flat and one dark are made up so")
    like = next((part.frames for part in scan.parts if (part.keys == PROJECTION).any()), scan.parts[0].frames)
    shape = (1, *like.shape[1:])
    dtype = like.dtype if float(given.full).is_integer() else np.result_type(like.dtype, np.float32)
    return [
        Part(frames=ConstantFrames(shape, value, dtype), keys=keyed(1, key), where="normalised=")
        for value, key in ((0.0, DARK), (given.full, FLAT))
    ]


def _one_size(parts: list[Part], findings: Findings) -> bool:
    if not any((part.keys == PROJECTION).any() for part in parts):
        findings.fatal("projections-missing", "the scan", "there is no projection")
        return False
    sizes = {part.where: part.frames.shape[1:] for part in parts}
    if len(set(sizes.values())) > 1:
        listed = "; ".join(f"{where} {size[0]} x {size[1]}" for where, size in sizes.items())
        findings.fatal(
            "frames-of-two-sizes", "the scan", f"frames of different size: {listed}", "Give flats and darks of its size"
        )
        return False
    types = {str(part.frames.dtype) for part in parts}
    if len(types) > 1:
        findings.repaired(
            "frames-of-two-types",
            "the scan",
            f"readings of type {', '.join(sorted(types))}",
            f"They are read as {np.result_type(*types)}; check that they have one scale",
        )
    return True


def _known_keys(keys: Any, where: str, findings: Findings) -> Any:
    strange = ~np.isin(keys, tuple(SORTS))
    if strange.any():
        found = ", ".join(str(key) for key in np.unique(keys[strange]))
        findings.repaired(
            "image-key-unknown", where, f"{int(strange.sum())} frames with image key {found}", "Set aside"
        )
    return np.where(strange, INVALID, keys).astype(np.int64)


def _check_sorts(keys: Any, given: Given, where: str, findings: Findings) -> None:
    """Flats, darks and where they lie between the projections."""
    flats, projections = np.flatnonzero(keys == FLAT), np.flatnonzero(keys == PROJECTION)
    if given.full is None:
        if flats.size == 0:
            findings.fatal(
                "flats-missing",
                where,
                "there is no flat",
                "Give flats=, or normalised=True where the readings are transmissions already",
            )
        elif flats[-1] < projections[0] or flats[0] > projections[-1]:
            side = "before" if flats[-1] < projections[0] else "after"
            findings.doubt(
                "flats-on-one-side",
                where,
                f"{flats.size} flats, all {side} the projections",
                "A drift of the beam in the scan cannot be followed (1.5 % was seen)",
            )
        if not (keys == DARK).any():
            findings.repaired(
                "darks-missing", where, "there is no dark", "The dark reading is taken as zero; give darks="
            )
    if projections.size < 2:
        findings.fatal("projections-missing", where, f"{projections.size} projections", "A scan has many")


def _angles(scan: RawScan, given: Given, order: _Order, findings: Findings) -> tuple[Floats | None, str]:
    """(frame,) angles of the record, and where they come from."""
    numbered = [part.numbers for part in scan.parts if (part.keys == PROJECTION).any()]
    numbers = numbered[0] if len(numbered) == 1 else None
    raw = given.angles or scan.angles
    if raw is None:
        findings.fatal("angles-missing", scan.source, "there are no angles", "Give angles=, for example AngleRange()")
        return None, scan.source
    if isinstance(raw, AngleRange):
        count = int(np.isin(order.own, (PROJECTION, INVALID)).sum())
        if numbers is not None and numbers.size == count and numbers[-1] > numbers[0]:
            count = int(numbers[-1] - numbers[0]) + 1
        where, radians = "angles=", raw.values(count)
    else:
        where, radians = raw.where, in_radians(raw, findings, unit=given.angle_unit)
    angles = fit_to_frames(radians, order.own, numbers, where, findings)
    return (None if angles is None else order.spread(angles)), where


def _check_facts(facts: dict[str, Any], findings: Findings) -> None:
    for name, why in (
        ("pixel_size", "nothing can be given per length, so no attenuation coefficient and no volume"),
        ("photon_energy", "no attenuation coefficient can be compared with a material"),
    ):
        if name not in facts:
            findings.doubt(f"{name}-unknown", "the scan", f"unknown {name}: {why}", f"Give {name}=")


def _check_sampling(described: dict[str, float | str], facts: dict[str, Any], findings: Findings) -> None:
    """Few projections show a narrow disc only; outside it lines remain that no correction takes away."""
    projections = int(facts["frames"].get(SORTS[PROJECTION], 0))
    wanted = 0.5 * pi * facts["columns"]
    if described and projections < FEWEST_PROJECTIONS * wanted:
        disc = 2 * projections / pi
        findings.doubt(
            "projections-few",
            "the scan",
            f"{projections} projections for {facts['columns']} columns show a disc of {disc:.0f} columns without streaks, and "
            f"{wanted:.0f} the whole view",
            "Expect streaks; an aborted scan, or frames that were left out?",
        )


def _check_age(scan: RawScan, given: Given, findings: Findings) -> None:
    """Flats of another scan that were taken long before or after this one."""
    for part in (*given.flats, *given.flats_after):
        apart = _seconds_between(part.started, str(scan.attrs.get("started", "")))
        if apart is not None and abs(apart) > OLDEST_FLATS:
            findings.doubt(
                "flats-old",
                part.where,
                f"they were taken {abs(apart) / 3600:.3g} h {'before' if apart > 0 else 'after'} the scan",
                "The beam and the camera drift by about 1 % in an hour; give flats of that scan",
            )


def _seconds_between(earlier: str, later: str) -> float | None:
    """Seconds from one time to another; ``None`` where one is unknown, or only one says its zone."""
    try:
        return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    except (ValueError, TypeError):
        return None


def _per_frame(scan: RawScan, order: _Order, findings: Findings) -> dict[str, Floats]:
    """Times and monitor, one value per frame."""
    out: dict[str, Floats] = {}
    stood = np.isin(order.own, (PROJECTION, INVALID))
    for name, values in scan.per_frame.items():
        if values.size == order.own.size:
            out[name] = order.spread(values)
        elif values.size == stood.sum():
            own = np.full(order.own.size, np.nan)
            own[stood] = values
            out[name] = order.spread(own)
        else:
            findings.doubt(
                f"{name}-count", scan.source, f"{values.size} values of {name} for {order.own.size} frames", "Left out"
            )
    return out
