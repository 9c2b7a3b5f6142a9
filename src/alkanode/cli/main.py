"""The program ``alkanode``: commands are loaded when they are called, so that ``--help`` loads nothing scientific.

Exit codes: 0 done; 1 a fault in alkanode; 2 bad input or usage; 3 a study of which parts failed; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys

import click

from alkanode.cli.lazy import LazyGroup
from alkanode.foundation.errors import AlkanodeError

EXIT_FAULT, EXIT_INPUT, EXIT_PARTIAL, EXIT_INTERRUPTED = 1, 2, 3, 130

_COMMANDS = {
    "calibrate": ("alkanode.cli.model:calibrate", "Fit a cell model to data, with honest uncertainty."),
    "compare": ("alkanode.cli.model:compare", "Compare a measured file with a simulation, number by number."),
    "demo": ("alkanode.cli.demo:demo", "A virtual cell through the whole path, recovered against true values."),
    "design": ("alkanode.cli.model:design", "Search cells under limits; choose the next experiment."),
    "electrochem": ("alkanode.cli.electrochem:electrochem", "Tests that a cycler runs on a cell."),
    "impedance": ("alkanode.cli.impedance:impedance", "Validity, relaxation times and maps of spectra."),
    "read": ("alkanode.cli.read:read", "Read raw files and say what they hold."),
    "readers": ("alkanode.cli.read:readers", "List the formats that can be read."),
    "run": ("alkanode.cli.run:run", "Run a study: raw files to one report."),
    "schema": ("alkanode.cli.run:schema", "Print the JSON Schema of a study file."),
    "simulate": ("alkanode.cli.model:simulate", "Simulate a cell under a protocol."),
    "thermo": ("alkanode.cli.thermo:thermo", "Phase equilibria of alkali alloys."),
    "tomography": (
        "alkanode.cli.tomography:tomography",
        "Scans of a tomograph: from projections to grains of change.",
    ),
}


@click.group(cls=LazyGroup, table=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alkanode")
def cli() -> None:
    """A computational laboratory for alkali-metal alloy anodes.

    Numbers on the screen are in the habit of the field; --json gives SI.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with its exit code; bad input never shows a traceback.

    Parameters
    ----------
    arguments
        Words after the program's name; default those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    try:
        result = cli.main(args=arguments, prog_name="alkanode", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as mistake:
        mistake.show()
        return EXIT_INPUT
    except AlkanodeError as mistake:
        click.echo(f"alkanode: {mistake}", err=True)
        return EXIT_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("alkanode: interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as mistake:
        where = f" ({mistake.filename})" if mistake.filename else ""
        click.echo(f"alkanode: a file or folder cannot be used: {mistake.strerror or mistake}{where}.", err=True)
        return EXIT_INPUT
    except UnicodeEncodeError as mistake:
        click.echo(f"alkanode: names of files must be text; found {mistake.object!a}. Rename the file.", err=True)
        return EXIT_INPUT
    except Exception as fault:
        if os.environ.get("ALKANODE_TRACEBACK"):
            raise
        click.echo(
            f"alkanode: a fault of the program, not of your input: {type(fault).__name__}: {fault}. "
            "Set ALKANODE_TRACEBACK=1 to see where, and report it.",
            err=True,
        )
        return EXIT_FAULT
