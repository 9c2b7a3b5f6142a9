"""What the columns of a spectra table are called: the habits of the field, and their units.

``Freq``, ``f/Hz``, ``Z'``, ``-Z'' (kΩ)``, ``Zre``, ``Re(Z)/Ohm``, ``-Im(Z)/Ohm``, ``|Z|``, ``Phase(Z)/deg``, ``theta``, ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAME = str.maketrans(
    {
        **dict.fromkeys("′’‘´`", "'"),
        **dict.fromkeys('″”“"', "''"),
        **dict.fromkeys("−–—", "-"),
        **dict.fromkeys("\u03a9\u2126", "ohm"),
        **dict.fromkeys("°º", "deg"),
        **dict.fromkeys("µμ", "u"),
        **dict.fromkeys("θϑΘ", "theta"),
        **dict.fromkeys("φϕΦ", "phi"),
        "ω": "omega",
        "²": "2",
    }
)

_NAMES: dict[str, str] = {
    "frequency": "f freq freqs frequency frequencies frequenz fréquence nu appliedfrequency",
    "angular_frequency": "omega angularfrequency",
    "real": "z' z'(a) zre rez re(z) re[z] re real zreal realz real(z) z(re) z(real) zr zprime realpart re(impedance) "
    "impedancereal impedance(real) realimpedance reimpedance real(impedance) zrealpart",
    "imaginary": "z'' z''(b) zim imz im(z) im[z] im imag imaginary zimag imagz imag(z) imaginary(z) z(im) z(imag) zi zimg "
    "zimaginary zdoubleprime zprimeprime imaginarypart im(impedance) impedanceimag impedance(imag) imagimpedance "
    "imaginaryimpedance impedanceimaginary imag(impedance)",
    "modulus": "|z| z zmod mod modz mod(z) |zmod| absz abs(z) abs zabs magnitude mag zmag modulus |z|mod impedance "
    "impedancemodulus impedancemagnitude |impedance| magz mag(z) zmagnitude zmodulus",
    "phase": "phase phase(z) phasez zphase zphz theta theta(z) thetaz phi phi(z) phiz phaseangle phaseofz arg(z) argz zarg "
    "arg anglez angle angle(z) phaseshift zphi ztheta",
    "time": "time t elapsedtime timeelapsed zeit testtime",
    "voltage": "<ewe> ewe e <e> vdc edc e(dc) dc dcvoltage dcbias bias biasvoltage potential dcpotential voltage u udc v",
    "current": "<i> i idc i(dc) dccurrent current",
    "voltage_amplitude": "|ewe| |e|",
    "current_amplitude": "|i|",
    "ambient_temperature": "temperature temp t celltemperature chambertemperature",
    "spectrum": "spectrum spectrumnumber spectrumno spectrumindex spectrumid sweep sweepnumber loop loopnumber zcycle scan "
    "run measurement dataset set series",
    "cycle": "cycle cyclenumber cycleno cyc cycleindex",
    "error": "err error overload overloads ovld",
}
"""Quantity -> its names without blanks, underscores, dots and unit, in lower case. Meanings that two quantities share are
told apart by the unit."""

_QUANTITIES: dict[str, tuple[str, ...]] = {
    name: tuple(quantity for quantity, names in _NAMES.items() if name in names.split())
    for name in " ".join(_NAMES.values()).split()
}
"""Name -> what it may mean."""

_DIMENSION = {
    "frequency": "frequency",
    "angular_frequency": "angular frequency",
    **dict.fromkeys(("real", "imaginary", "modulus"), "resistance"),
    "phase": "angle",
    "time": "time",
    **dict.fromkeys(("voltage", "voltage_amplitude"), "voltage"),
    **dict.fromkeys(("current", "current_amplitude"), "current"),
    "ambient_temperature": "temperature",
}

UNIT_NEEDED = frozenset({"voltage", "current", "voltage_amplitude", "current_amplitude", "ambient_temperature"})
"""Columns that are left aside without a unit: their names are too short to be sure of."""

_PREFIX = {"": 1.0, "u": 1e-6, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_OHM = re.compile(r"([umkKMG]?)(?i:ohms?)((?i:cm2|mm2|m2|cm|m))?")
_HERTZ = re.compile(r"([umkKMG]?)(?i:hz|hertz)")
_AREAS = {"cm2": 1e-4, "mm2": 1e-6, "m2": 1.0}
_PLAIN: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("deg", "degree", "degrees"), ("angle", 1.0)),
    **dict.fromkeys(("rad", "radian", "radians"), ("angle", 1.0)),
    **dict.fromkeys(("s", "sec", "second", "seconds"), ("time", 1.0)),
    "ms": ("time", 1e-3),
    "min": ("time", 60.0),
    **dict.fromkeys(("h", "hr", "hours"), ("time", 3600.0)),
    **dict.fromkeys(("rad/s", "1/s", "s-1", "rads-1", "rads"), ("angular frequency", 1.0)),
    **dict.fromkeys(("degc", "c", "celsius", "k"), ("temperature", 1.0)),
}
_ELECTRIC = {"V": "voltage", "A": "current"}
_SPLITS = (
    re.compile(r"^(?P<base>.+?)\s*/\s*(?P<unit>.+)$"),
    re.compile(r"^(?P<base>.+?)\s*[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]$"),
    re.compile(r"^(?P<base>.+?)\s+in\s+(?P<unit>\S+)$"),
    re.compile(r"^(?P<base>.+?)[_,]\s*(?P<unit>[^_,\s]+)$"),
    re.compile(r"^(?P<base>\S+)\s+(?P<unit>\S+)$"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of a spectra table.

    Attributes
    ----------
    dimension
        ``"frequency"``, ``"resistance"``, ``"areal resistance"``, ``"resistivity"``, ``"angle"``, ...
    factor
        To SI; angles stay as they are, degrees Celsius too.
    text
        As written, in plain letters.
    """

    dimension: str
    factor: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumName:
    """What one column is.

    Attributes
    ----------
    quantity
        ``"frequency"``, ``"real"``, ``"imaginary"``, ``"modulus"``, ``"phase"``, ``"time"``, ...
    unit
        ``None`` where the name does not say it.
    negative
        Whether the column holds the negative of the quantity.
    key
        The name in plain letters, for comparison.
    """

    quantity: str
    unit: Unit | None
    negative: bool
    key: str


def known_unit(text: str) -> Unit | None:
    """What a unit is; ``None`` for an unknown one.

    Examples
    --------
    >>> unit = known_unit("kΩ")
    >>> unit.dimension, unit.factor
    ('resistance', 1000.0)
    >>> known_unit("Ohm*cm^2").dimension
    'areal resistance'
    """
    plain = text.strip().translate(_SAME)
    whole = re.sub(r"[\s.*^·{}]", "", plain).strip("()[]")
    if match := _OHM.fullmatch(whole.replace("-", "")):
        prefix, area = _PREFIX[match[1]], (match[2] or "").lower()
        if area in _AREAS:
            return Unit(dimension="areal resistance", factor=prefix * _AREAS[area], text=whole)
        return Unit(dimension="resistivity" if area else "resistance", factor=prefix, text=whole)
    if match := _HERTZ.fullmatch(whole):
        return Unit(dimension="frequency", factor=_PREFIX[match[1]], text=whole)
    if whole[-1:] in _ELECTRIC and whole[:-1] in {"", "m", "u"}:
        return Unit(dimension=_ELECTRIC[whole[-1]], factor=_PREFIX[whole[:-1]], text=whole)
    lowered = whole.lower()
    if lowered in _PLAIN:
        dimension, factor = _PLAIN[lowered]
        return Unit(dimension=dimension, factor=factor, text=lowered)
    return None


def is_degrees(unit: Unit) -> bool:
    """Whether an angle is in degrees.

    Examples
    --------
    >>> is_degrees(known_unit("°")), is_degrees(known_unit("rad"))
    (True, False)
    """
    return not unit.text.startswith("rad")


def spectrum_column(label: str) -> SpectrumName | None:
    """What a column of a spectra table is, by its name.

    Parameters
    ----------
    label
        As the file has it.

    Returns
    -------
    SpectrumName or None
        ``None`` for a name that is not known, or that is known and carries a unit of another dimension.

    Examples
    --------
    >>> column = spectrum_column("-Im(Z)/kOhm")
    >>> column.quantity, column.negative, column.unit.factor
    ('imaginary', True, 1000.0)
    >>> spectrum_column("log(f)") is None
    True
    """
    text = " ".join(label.translate(_SAME).split())
    for base, unit in _readings(text):
        key = _squashed(base)
        negative = key.startswith("-")
        key = key.removeprefix("-").replace("-", "")
        for word in ("negative", "minus", "neg"):
            if key.startswith(word):
                negative, key = True, key.removeprefix(word)
        if key.startswith("(") and key.endswith(")") and key.count("(") == 1:
            key = key[1:-1]
        for quantity in _QUANTITIES.get(key, ()):
            if _fits(quantity, unit):
                return SpectrumName(quantity=quantity, unit=unit, negative=negative, key=key)
    return None


def _readings(text: str) -> list[tuple[str, Unit | None]]:
    """The name with and without what may be a unit at its end."""
    found: list[tuple[str, Unit | None]] = []
    for split in _SPLITS:
        match = split.match(text)
        unit = known_unit(match["unit"]) if match else None
        if match and unit is not None:
            found.append((match["base"], unit))
    return [*found, (text, None)]


def _squashed(base: str) -> str:
    return re.sub(r"[\s_.{}]", "", base.casefold()).removeprefix("data:")


def _fits(quantity: str, unit: Unit | None) -> bool:
    dimension = _DIMENSION.get(quantity)
    if unit is None:
        return True
    if dimension == "resistance":
        return unit.dimension in {"resistance", "areal resistance", "resistivity"}
    return unit.dimension == dimension
