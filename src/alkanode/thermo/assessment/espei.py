"""Writing an assessment for ESPEI, which fits thermodynamic databases on top of pycalphad.

ESPEI wants phase models (JSON), one JSON per set of data, and a TDB whose free parameters are named ``VV...``. It knows
phase boundaries (``ZPF``) and energies of single phases (``HM_MIX``), so that solidus slopes and critical points stay
behind: they are named in a warning. Uncertainties are not written, since ESPEI weights driving forces in J mol-1 and not
temperatures or compositions: choose its weights yourself.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.thermo.assessment.coexistence import phase_of
from alkanode.thermo.assessment.data import Assessment, Observation
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.assessment.tdb import write_tdb

PHASE_MODELS = "phase_models"
"""Key of the phase models in what :func:`to_espei` returns; every other key is a set of data."""

_PRESSURE = 101325.0

At = Mapping[str, "float | str"]


def to_espei(assessment: Assessment | str = "Na-K") -> dict[str, dict[str, Any]]:
    """Phase models and data of a binary assessment in ESPEI's layout.

    Parameters
    ----------
    assessment
        A binary assessment, or the name of a shipped one.

    Returns
    -------
    dict
        Name -> content of one JSON file. ``"phase_models"`` describes the phases, every other entry is a dataset of the
        fitted observations, with its source in ``reference`` and its trust label and note in ``comment``.

    Raises
    ------
    PhysicsError
        For a ternary system, whose data are those of its binaries.

    Warns
    -----
    DataQualityWarning
        Names the fitted observations that ESPEI has no place for.
    """
    return _content(load_assessment(assessment), stacklevel=3)


def _content(data: Assessment, *, stacklevel: int) -> dict[str, dict[str, Any]]:
    if len(data.elements) != 2:
        raise PhysicsError("a binary system is needed: export those of a ternary one by one", found=data.system)
    content: dict[str, dict[str, Any]] = {PHASE_MODELS: _phase_models(data)}
    groups: dict[str, list[Observation]] = {}
    left_out = []
    for one in data.observations:
        if not one.in_fit:
            continue
        name = _group(one)
        if name:
            groups.setdefault(name, []).append(one)
        else:
            left_out.append(one.short)
    for name, members in groups.items():
        made = _dataset(data, members)
        if made is None:
            left_out += [one.short for one in members]
        else:
            content[name] = made
    if left_out:
        warnings.warn(
            f"ESPEI has no place for {', '.join(dict.fromkeys(left_out))} of {data.name}; left out",
            DataQualityWarning,
            stacklevel=stacklevel,
        )
    return content


def write_espei(assessment: Assessment | str, folder: str | Path) -> Path:
    """Write everything that an ESPEI run of a binary assessment needs.

    Parameters
    ----------
    assessment
        A binary assessment, or the name of a shipped one.
    folder
        Made when absent. Receives ``phase_models.json``, ``datasets/*.json``, ``start.tdb`` (the assessment with its
        parameters free) and ``run.yaml``; files of these names are replaced. Then: ``espei --input run.yaml``.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    PhysicsError
        As :func:`to_espei`.

    Warns
    -----
    DataQualityWarning
        As :func:`to_espei`.
    """
    data = load_assessment(assessment)
    content = _content(data, stacklevel=3)
    target = Path(folder)
    (target / "datasets").mkdir(parents=True, exist_ok=True)
    for name, entry in content.items():
        path = target / f"{name}.json" if name == PHASE_MODELS else target / "datasets" / f"{name}.json"
        path.write_text(json.dumps(entry, indent=2) + "\n", encoding="utf-8")
    write_tdb(data, target / "start.tdb", free_parameters=True)
    run = {
        "system": {"phase_models": f"{PHASE_MODELS}.json", "datasets": "datasets"},
        "mcmc": {"iterations": 1000, "input_db": "start.tdb", "chains_per_parameter": 2, "chain_std_deviation": 0.1},
        "output": {"output_db": "espei.tdb", "tracefile": "trace.npy", "probfile": "lnprob.npy"},
    }
    (target / "run.yaml").write_text(yaml.safe_dump(run, sort_keys=False), encoding="utf-8")
    return target


def _phase_models(data: Assessment) -> dict[str, Any]:
    phases: dict[str, Any] = {}
    for phase in data.phases:
        if phase.model == "solution":
            sublattices, sites = [[symbol.upper() for symbol in data.elements]], [1.0]
        else:
            sublattices, sites = [[symbol.upper()] for symbol, _ in phase.atoms], [float(n) for _, n in phase.atoms]
        phases[phase.tdb_name] = {"sublattice_model": sublattices, "sublattice_site_ratios": sites}
    return {"components": [symbol.upper() for symbol in data.elements], "phases": phases}


def _group(one: Observation) -> str:
    """Observations of one name make one dataset; ``""`` has no place in ESPEI."""
    at = dict(one.at)
    if one.quantity in ("invariant_temperature", "invariant_composition") and "phases" in at:
        return f"{at['kind']}-{str(at['phases']).replace(' ', '').replace('+', '-')}"
    if one.quantity in ("liquidus", "solidus"):
        return f"tie-line-{at['solid']}-{float(at['temperature']):g}K"
    if one.quantity == "mixing_enthalpy":
        return f"mixing-enthalpy-{at['phase']}-{float(at['temperature']):g}K"
    return ""


def _dataset(data: Assessment, members: list[Observation]) -> dict[str, Any] | None:
    """One dataset, or ``None`` for an invariant whose temperature was not observed."""
    at = dict(members[0].at)
    if members[0].quantity == "mixing_enthalpy":
        return _energies(data, members)
    if members[0].quantity in ("liquidus", "solidus"):
        branches = [str(at["solid"]), "liquid"]
        temperature = float(at["temperature"])
        known = {str(at["solid"]) if one.quantity == "solidus" else "liquid": one for one in members}
    else:
        branches = [name.strip() for name in str(at["phases"]).split("+")]
        seen = [one.observed for one in members if one.quantity == "invariant_temperature"]
        if not seen:
            return None
        temperature = seen[0]
        known = {str(dict(one.at)["branch"]): one for one in members if one.quantity == "invariant_composition"}
    vertices = [_vertex(data, branch, known.get(branch)) for branch in branches]
    phases = sorted({vertex[0] for vertex in vertices})
    return _entry(data, members, phases, temperature) | {"output": "ZPF", "values": [vertices]}


def _vertex(data: Assessment, branch: str, one: Observation | None) -> list[Any]:
    """End of a tie line: phase, element, mole fraction (``None`` where it was not observed)."""
    phase = data.phase(phase_of(branch, data))
    second = data.elements[1]
    if phase.model == "compound":
        return [phase.tdb_name, [second.upper()], [data.fractions_of(phase)[1]]]
    element = second if one is None else str(dict(one.at)["element"])
    return [phase.tdb_name, [element.upper()], [None if one is None else one.observed]]


def _energies(data: Assessment, members: list[Observation]) -> dict[str, Any]:
    at = dict(members[0].at)
    occupancies = []
    for one in members:
        here = dict(one.at)
        share = float(here["fraction"])
        occupancies.append([[share if symbol == here["element"] else 1 - share for symbol in data.elements]])
    phase = data.phase(phase_of(str(at["phase"]), data)).tdb_name
    pair = [symbol.upper() for symbol in data.elements]
    if pair != sorted(pair):
        pair, occupancies = pair[::-1], [[row[::-1] for row in occupancy] for occupancy in occupancies]
    return _entry(data, members, [phase], float(at["temperature"])) | {
        "solver": {
            "mode": "manual",
            "sublattice_site_ratios": [1.0],
            "sublattice_configurations": [[pair] for _ in members],
            "sublattice_occupancies": occupancies,
        },
        "output": "HM_MIX",
        "values": [[[one.observed for one in members]]],
    }


def _entry(data: Assessment, members: list[Observation], phases: list[str], temperature: float) -> dict[str, Any]:
    notes = "; ".join(f"{one.short}: {one.trust.value}{', ' + one.note if one.note else ''}" for one in members)
    return {
        "components": [symbol.upper() for symbol in data.elements],
        "phases": phases,
        "broadcast_conditions": False,
        "conditions": {"P": _PRESSURE, "T": [temperature]},
        "reference": " ".join(dict.fromkeys(one.source for one in members if one.source)) or "recalled",
        "comment": notes,
    }
