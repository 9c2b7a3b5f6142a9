"""``alkanode read`` and ``alkanode readers``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from alkanode.cli.output import emit, files_argument, json_option, load_history


@click.command()
@files_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Save the history: *.zarr, *.h5 or *.nc.")
@json_option
def read(files: tuple[Path, ...], output: Path | None, as_json: bool) -> None:
    """Read FILES (several form one history on one clock) and say what they hold."""
    import numpy as np

    from alkanode.data import passed_charge, provenance, save
    from alkanode.foundation.sources import Estimate
    from alkanode.studies import Part
    from alkanode.studies.runner import hashed

    caught: list[str] = []
    history = load_history(files, caught)
    details: dict[str, Any] = {
        key: history.attrs[key] for key in ("technique", "started", "reader", "sign") if key in history.attrs
    }
    estimates: dict[str, Estimate] = {}
    findings = []

    def measured(name: str, value: float, quantity: str, unit: str) -> None:
        estimates[name] = Estimate(value=value, unit=unit, quantity=quantity, label="measured")

    if "cycling" in history.children:
        rows = history["cycling"].to_dataset()
        count = rows.sizes["row"]
        details["rows"] = count
        details["columns"] = {str(name): str(rows[name].attrs.get("units", "")) for name in rows.variables}
        details["header"] = {key: value for key, value in rows.attrs.items() if key.startswith("header_")}
        if count:
            charge, how = passed_charge(rows)
            measured("duration", float(rows["time"][-1] - rows["time"][0]), "time", "s")
            measured("charge", float(charge[-1]), "charge", "C")
            voltage = rows["voltage"].to_numpy()
            if np.isfinite(voltage).any():
                measured("lowest_voltage", float(np.nanmin(voltage)), "voltage", "V")
                measured("highest_voltage", float(np.nanmax(voltage)), "voltage", "V")
            details["charge_from"] = how
        findings.append(f"{count} rows with {', '.join(details['columns'])}.")
    if "impedance" in history.children:
        spectra = history["impedance"].to_dataset()
        points = np.isfinite(spectra["frequency"].to_numpy()).sum(axis=1)
        if assumed := str(spectra.attrs.get("assumed", "") or history.attrs.get("assumed", "")):
            details["assumed"] = assumed
            findings.append(f"Assumed: {assumed}.")
        details["spectra"] = int(spectra.sizes["spectrum"])
        details["points_per_spectrum"] = [int(points.min()), int(points.max())]
        measured("lowest_frequency", float(spectra["frequency"].min()), "frequency", "Hz")
        measured("highest_frequency", float(spectra["frequency"].max()), "frequency", "Hz")
        span = f"{points.max()}" if points.min() == points.max() else f"{points.min()} to {points.max()}"
        many = "spectrum" if details["spectra"] == 1 else "spectra"
        findings.append(f"{details['spectra']} impedance {many} of {span} points.")
    if output is not None:
        hashes = {entry["file"]: entry["sha256"] for entry in map(hashed, files)}
        save(history, output, origin=provenance(inputs=hashes))
        findings.append(f"Saved as {output}.")
    title = ": ".join(filter(None, [", ".join(path.name for path in files), str(details.get("technique", ""))]))
    title += f" (started {details['started']})" if details.get("started") else " (start not known)"
    part = Part(name="read", title=title, estimates=estimates, details=details, findings=tuple(findings))
    emit(part, inputs=files, warnings=caught, as_json=as_json)


@click.command()
@json_option
def readers(as_json: bool) -> None:
    """List the formats that can be read."""
    from dataclasses import asdict

    from alkanode.io import list_readers

    if as_json:
        results = {"readers": [asdict(reader) for reader in list_readers()]}
        whole = {"command": click.get_current_context().command_path, "inputs": [], "results": results, "warnings": []}
        click.echo(json.dumps(whole, indent=2))
        return
    for reader in list_readers():
        click.echo(f"{reader.name:<16} {reader.target} ({reader.package} {reader.version})")
