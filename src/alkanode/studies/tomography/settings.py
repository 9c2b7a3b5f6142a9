"""The block of a study that describes a series of scans."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from alkanode.studies.block import Block, DurationText, TimeText, positive

SizeText = Annotated[str, positive("pixel_size")]
EnergyText = Annotated[str, positive("photon_energy")]
DistanceText = Annotated[str, positive("detector_distance")]
AttenuationText = Annotated[str, positive("attenuation")]


class ScanFile(Block):
    """One scan of a series."""

    file: str = Field(min_length=1, description="File or folder of the scan, relative to the data folder")
    name: str = Field("", description="Name in tables and figures; default that of the file")
    entry: str = Field("", description="Entry of a file that holds several")


class Datasets(Block):
    """Where an HDF5 file of no known layout keeps what a scan needs: paths of datasets."""

    counts: str = Field(min_length=1)
    image_key: str = ""
    flats: str = ""
    flats_after: str = ""
    darks: str = ""
    angles: str = ""
    time: str = ""
    pixel_size: str = ""
    photon_energy: str = ""


class Clock(Block):
    """How the clock of the scans lies against that of the potentiostat."""

    offset: TimeText = Field("0 s", description="What the potentiostat's clock shows less what that of the scans shows")
    offset_error: DurationText | None = Field(None, description="Standard error of the offset; not known by default")
    time_zone: str = Field("", description="IANA zone of a clock that does not say its own, where the other does")


class FixedParts(Block):
    """Material that does not change, on which scans are laid upon one another: a range of attenuation."""

    lower: AttenuationText
    upper: AttenuationText
    erode: int = Field(
        -2,
        description="Voxels taken away at its rim; a negative number takes in the surface, which tells where it lies",
    )


class Watch(Block):
    """A folder in which scans appear while the cell runs."""

    folder: str = Field(".", description="Folder, relative to the data folder")
    pattern: str = Field("*.nxs", min_length=1, description="What files or folders of scans are called")
    settle: DurationText = Field("10 s", description="A scan is complete when its size has stood still for so long")
    scans: int | None = Field(None, ge=1, description="Stop once so many scans are there")
    idle: DurationText | None = Field(None, description="Stop after so long without a new scan")


class Tomography(Block):
    """Operando tomography: from the raw frames of a series of scans to grains of change; off unless named."""

    scans: list[ScanFile | str] = Field([], description="Scans in the order taken")
    watch: Watch | None = Field(None, description="Take scans as they appear in a folder, after those named")
    datasets: Datasets | None = Field(None, description="Paths of datasets, for HDF5 of no known layout")
    flats: str | None = Field(None, description="File or folder of flats that lie apart from the scans")
    darks: str | None = Field(None, description="File or folder of darks that lie apart from the scans")
    angles: str | None = Field(None, description="File of angles that lies apart from the scans")
    angle_unit: Literal["", "deg", "rad"] = Field("", description="Where the file does not say it")
    pixel_size: SizeText | None = Field(None, description="Where the file does not say it")
    photon_energy: EnergyText | None = Field(None, description="Where the file does not say it")
    reference: str = Field("", description="Scan that the others are compared with; default the first")
    pairs: Literal["reference", "consecutive", "both"] = Field(
        "reference", description="Each scan against the reference, against the one before it, or both"
    )
    unchanged: list[tuple[str, str]] = Field(
        [], description="Pairs of scans between which nothing happened, to learn the rate of false grains from"
    )
    rows: tuple[int, int] | None = Field(None, description="First and last-plus-one detector row of the volumes")
    axis_columns: dict[str, float] = Field({}, description="Detector column of the rotation axis by scan, if known")
    stripes: Literal["steady", "all", "sorting", "filtering", "large", "dead", "none"] = Field(
        "steady",
        description="Removal of stripes (rings); steady takes off what deviates alike at all angles, the others smooth "
        "across columns, which takes attenuation of small parts on a narrow detector",
    )
    stripe_window: int | None = Field(
        None, ge=3, description="Columns of the median that removes stripes; default 21, for steady 21 of 3077"
    )
    air_columns: tuple[int, int] | None = Field(
        None,
        description="Columns at the left and the right end that show air in every frame, by which the beam is scaled",
    )
    zinger_threshold: float = Field(6.0, gt=0, description="Zingers stand out by so many standard deviations")
    delta_over_beta: float | None = Field(None, gt=0, description="Turns on the phase step, with this ratio")
    detector_distance: DistanceText | None = Field(None, description="For the phase step, if the file does not say it")
    filter: Literal["ramp", "hann", "shepp-logan", "cosine", "hamming"] = "hann"
    fixed: FixedParts | None = Field(None, description="Default the electrolyte, from its attenuation")
    electrolyte: str | None = Field(None, description="Material whose face the anode sits on; default that of the cell")
    materials: list[str] = Field(
        [], description="Materials a voxel may hold, such as ['void', 'NaK50', 'Na', 'K', 'C']; default by the anode"
    )
    smoothing: float = Field(1.5, ge=0, description="Standard deviation of the smoothing of differences, in voxels")
    smallest_diameter: SizeText = Field("5 um", description="Equivalent diameter of the smallest grain counted")
    false_grains: float | None = Field(
        None,
        gt=0,
        description="False grains accepted in the volume of one map without change, by which thresholds are set; default 2, or "
        "5 where one unchanged pair is the only such map, which cannot show fewer than 3",
    )
    clock: Clock = Clock()
    workers: int = Field(1, ge=1, description="Blocks made at once; results do not depend on it")
    scheduler: str = Field(
        "", description="Address of a dask scheduler that makes the blocks, such as 'tcp://host:8786'"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.scans and self.watch is None:
            raise ValueError("scans, or a folder to watch, are needed")
        names = self.names
        if len(set(names)) < len(names):
            raise ValueError(f"scans need different names, not {', '.join(names)}")
        for what in (self.reference, *self.axis_columns, *(name for pair in self.unchanged for name in pair)):
            if what and what not in names and self.watch is None:
                raise ValueError(f"{what!r} is not one of the scans {', '.join(names)}")
        if self.rows is not None and not 0 <= self.rows[0] < self.rows[1]:
            raise ValueError(f"rows are a first and a last-plus-one row, not {list(self.rows)}")
        return self

    @property
    def files(self) -> tuple[ScanFile, ...]:
        """The scans with their names filled in."""
        found = [ScanFile(file=one) if isinstance(one, str) else one for one in self.scans]
        return tuple(
            one if one.name else ScanFile(file=one.file, name=_stem(one.file), entry=one.entry) for one in found
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scans."""
        return tuple(one.name for one in self.files)


def _stem(file: str) -> str:
    last = file.rstrip("/").rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[0] if "." in last else last
