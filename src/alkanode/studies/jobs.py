"""Which parts a study asks for, and what each is given."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import xarray as xr

from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, StudyError
from alkanode.io import ColumnMap, TableReader, open_history
from alkanode.studies.blocks import Interface
from alkanode.studies.comparison.model_part import model_part
from alkanode.studies.critical_current import ccd_part
from alkanode.studies.cycling import cycling_part
from alkanode.studies.findings import failures_part
from alkanode.studies.full_cell import full_cell_part
from alkanode.studies.impedance.circuits import circuit_part
from alkanode.studies.impedance.conductivity import conductivity_part
from alkanode.studies.impedance.interface import interface_part
from alkanode.studies.impedance.spectra import rows_of, spectra_of
from alkanode.studies.impedance.whole import impedance_part
from alkanode.studies.outcome import Outcome
from alkanode.studies.part import Part
from alkanode.studies.phases import path_of, phases_part
from alkanode.studies.profile import profile_part
from alkanode.studies.recovery import recovery_part
from alkanode.studies.staircase import staircase_part
from alkanode.studies.stripping import stripping_part
from alkanode.studies.thermo.of_cell import lever_rule_of, potentials_of, section_of
from alkanode.studies.tomography.series_part import tomography_part
from alkanode.studies.voltammetry import cv_part


def jobs_of(outcome: Outcome) -> dict[str, Callable[[], Part]]:
    """The parts that the study asks for, in the order in which they build on each other."""
    study, wanted = outcome.study, outcome.study.model.analyses
    cell = study.cell
    jobs: dict[str, Callable[[], Part]] = {}
    if (phases := wanted.phases) is not None:
        jobs["phases"] = lambda: phases_part(cell, phases)
    if (section := wanted.section) is not None:
        jobs["section"] = lambda: section_of(cell, section)
    if (potentials := wanted.potentials) is not None:
        jobs["potentials"] = lambda: potentials_of(cell, potentials)
    if (lever_rule := wanted.lever_rule) is not None:
        jobs["lever_rule"] = lambda: lever_rule_of(cell, lever_rule, rows_of(outcome.history))
    if (impedance := wanted.impedance) is not None:
        jobs["impedance"] = lambda: impedance_part(
            spectra_of(outcome.history), cell, impedance, rows_of(outcome.history)
        )
    if (interface := wanted.interface) is not None:
        jobs["interface"] = lambda: _interface(outcome, interface)
    if (circuit := wanted.circuit) is not None:
        jobs["circuit"] = lambda: circuit_part(
            spectra_of(outcome.history), cell, circuit, rows_of(outcome.history), _controls(outcome)
        )
    if (conductivity := wanted.conductivity) is not None:
        jobs["conductivity"] = lambda: conductivity_part(spectra_of(outcome.history), cell, conductivity)
    if (stripping := wanted.stripping) is not None:
        jobs["stripping"] = lambda: stripping_part(_cycling(outcome), cell, stripping, _path(outcome))
    if (failures := wanted.failures) is not None:
        jobs["failures"] = lambda: failures_part(_cycling(outcome), cell, failures, _checked(outcome))
    if (cycling := wanted.cycling) is not None:
        jobs["cycling"] = lambda: cycling_part(_cycling(outcome), cell, cycling, _failures(outcome))
    if (profile := wanted.profile) is not None:
        jobs["profile"] = lambda: profile_part(_cycling(outcome), cell, profile, _failures(outcome))
    if (staircase := wanted.staircase) is not None:
        jobs["staircase"] = lambda: staircase_part(_cycling(outcome), cell, staircase, _checked(outcome))
    if (cv := wanted.cv) is not None:
        jobs["cv"] = lambda: cv_part(_cycling(outcome), cell, cv)
    if (ccd := wanted.ccd) is not None:
        jobs["ccd"] = lambda: ccd_part(
            _cycling(outcome), cell, ccd, failures=_failures(outcome), checked=_checked(outcome)
        )
    if (full := wanted.full_cell) is not None:
        jobs["full_cell"] = lambda: full_cell_part(_cycling(outcome), cell, full)
    if (tomography := wanted.tomography) is not None:
        jobs["tomography"] = lambda: tomography_part(
            tomography,
            cell,
            data=study.data,
            folder=outcome.folder,
            history=outcome.history,
            time_zone=study.model.time_zone,
            progress=outcome.progress,
            on_update=outcome.news,
        )
    if (model := wanted.model) is not None:
        jobs["model"] = lambda: model_part(
            model,
            outcome.history,
            cell,
            folder=study.path.parent,
            circuit=wanted.circuit,
            stripping=wanted.stripping,
        )
    if study.model.truth:
        jobs["recovery"] = lambda: recovery_part(study.model.truth, outcome.parts)
    return jobs


def _cycling(outcome: Outcome) -> xr.Dataset:
    if "cycling" not in outcome.history.children:
        raise StudyError("a cycling record is needed", found="only spectra in the files")
    return outcome.history["cycling"].to_dataset()


def _interface(outcome: Outcome, settings: Interface) -> Part:
    """Rivals for the peaks of the impedance part."""
    part = outcome.part("impedance")
    if part is None or "relaxation_times" not in part.records:
        raise StudyError(
            "rivals are compared for peaks of relaxation times", found="none", todo="Keep the impedance block"
        )
    records = part.records
    return interface_part(
        records["checked_spectra"],
        records["relaxation_times"],
        outcome.study.cell,
        settings,
        tracks=records.get("peak_tracks"),
    )


def _controls(outcome: Outcome) -> list[xr.Dataset]:
    """Spectra of the control cells, one record per cell, read as the files of the study are."""
    study = outcome.study
    reader = None if study.columns is None else TableReader(ColumnMap.from_yaml(study.columns))
    return [spectra_of(open_history([path], reader=reader, time_zone=study.model.time_zone)) for path in study.controls]


def _path(outcome: Outcome) -> xr.Dataset | None:
    part = outcome.part("phases")
    if part is not None:
        return part.records["stripping_path"]
    try:
        return path_of(outcome.study.cell)
    except StudyError:
        return None
    except AlkanodeError as reason:
        warnings.warn(f"no shares of theory and liquidus: {reason}", DataQualityWarning, stacklevel=2)
        return None


def _failures(outcome: Outcome) -> xr.Dataset | None:
    part = outcome.part("failures")
    return None if part is None else part.records["failures"]


def _checked(outcome: Outcome) -> xr.Dataset | None:
    part = outcome.part("impedance")
    return None if part is None else part.records["checked_spectra"]
