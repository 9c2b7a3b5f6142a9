"""Directives that write tables from the code itself, so that a page cannot fall behind it.

``record-kinds``, ``quantities``, ``study-keys``, ``trust-labels``, ``readers`` take nothing; ``command-help`` takes the words of a
command, for example ``alkanode thermo window``; ``published-comparison`` the key of a paper; ``printed-tomography`` nothing or
``events``.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

UNDESCRIBED = {"title": "Heading of the report", "analyses": "What to compute; block by block below"}
"""Keys to which the schema gives no words."""

NO_FILE = "**unverified: no real file seen**"
"""What stands in place of files that a reader was checked on."""


def list_table(header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> str:
    """A table in reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {' '.join(map(str, widths))}", ""]
    for row in (header, *rows):
        for index, cell in enumerate(row):
            lines.append(f"   {'* -' if index == 0 else '  -'} {cell}".rstrip())
    return "\n".join(lines) + "\n"


def names(fields: Iterable[str]) -> str:
    return ", ".join(f"``{name}``" if name else "a folder" for name in fields)


def dimensioned(fields: dict[str, tuple[str, ...]]) -> str:
    """Fields gathered by their dimensions."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, dims in fields.items():
        groups.setdefault(dims, []).append(name)
    parts = []
    for dims, group in groups.items():
        where = f"over ({', '.join(dims)})" if dims else "one number each"
        parts.append(f"{where}: {names(group)}")
    return "; ".join(parts)


class _Written(SphinxDirective):
    """A directive whose content is written by :meth:`text`."""

    @abstractmethod
    def text(self) -> str:
        """Content of the directive in reStructuredText."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(self.text())


class RecordKinds(_Written):
    """One paragraph per kind of record."""

    def text(self) -> str:
        from alkanode.data import KINDS

        parts = []
        for kind in KINDS.values():
            parts.append(f"``{kind.name}``\n   {kind.meaning}\n")
            parts.append(f"   Always {dimensioned(dict(kind.required))}.\n")
            if kind.optional:
                parts.append(f"   Where known {dimensioned(dict(kind.optional))}.\n")
        return "\n".join(parts)


class Quantities(_Written):
    """The vocabulary."""

    def text(self) -> str:
        from alkanode.foundation.vocabulary import VOCABULARY

        rows = [
            (f"``{entry.name}``", entry.unit, entry.shown_unit, entry.definition.replace("|", r"\|"))
            for entry in VOCABULARY.values()
        ]
        return list_table(("field", "in a record", "shown", "meaning"), rows, (22, 10, 12, 56))


class TrustLabels(_Written):
    """The trust labels."""

    def text(self) -> str:
        from alkanode.foundation.sources import Trust

        return "\n".join(f"* *{label.value}*" for label in Trust)


class Readers(_Written):
    """Every installed reader, with the files it was checked on."""

    def text(self) -> str:
        from alkanode.io import TableReader, load_readers

        rows = []
        for reader in (*load_readers(), TableReader):
            about = reader.about
            name = f"``{reader.name}``" + (f" (extra ``{about.extra}``)" if about.extra else "")
            rows.append((about.title, names(reader.suffixes), name, about.reads, about.verified or NO_FILE))
        header = ("format", "suffix", "reader", "what it reads", "verified on")
        return list_table(header, sorted(rows), (17, 10, 13, 30, 30))


class StudyKeys(_Written):
    """Every key of a study file, block by block, from its JSON Schema."""

    def text(self) -> str:
        from alkanode.studies import study_schema

        schema = study_schema()
        definitions = schema["$defs"]
        parts = [self._table(schema, ""), f"\n``analyses``: {definitions['Analyses']['description']}\n"]
        for block, entry in definitions["Analyses"]["properties"].items():
            inner = definitions[next(one["$ref"] for one in entry["anyOf"] if "$ref" in one).rpartition("/")[2]]
            parts += [f"\n``analyses.{block}``: {inner['description']}\n", self._table(inner, f"analyses.{block}.")]
        truth = definitions["Truth"]
        parts += [f"\n``truth.NAME``: {truth['description']}\n", self._table(truth, "truth.NAME.")]
        return "\n".join(parts)

    def _table(self, block: dict[str, Any], prefix: str) -> str:
        required = block.get("required", [])
        rows = []
        for name, entry in block["properties"].items():
            default = "needed" if name in required else _default(entry)
            rows.append((f"``{prefix}{name}``", default, entry.get("description") or UNDESCRIBED.get(name, "")))
        return list_table(("key", "default", "meaning"), rows, (34, 20, 46))


def _default(entry: dict[str, Any]) -> str:
    value = entry.get("default")
    if value is None:
        return "none"
    if isinstance(value, list):
        return f"``[{', '.join(map(str, value))}]``"
    if isinstance(value, dict):
        return "every block" if value else "none"
    return f"``{value}``" if value != "" else "empty"


class PublishedComparison(_Written):
    """Printed numbers beside ours; the argument is the key of a paper, without one all of them."""

    optional_arguments = 1

    def text(self) -> str:
        from alkanode.studies.thermo.published import published_part

        part = published_part(source=self.arguments[0] if self.arguments else None)
        table = part.tables["comparison"]
        wanted = ("what", "printed", "ours", "unit", "role", "verdict")
        place = [table.columns.index(name) for name in wanted]
        figures = part.details["figures"]
        rows = [
            (*(str(row[i] or "") for i in place), f"{one['quantity']}, {one['condition']}: {one['reason']}")
            for row, one in zip(table.rows, figures, strict=True)
        ]
        return list_table((*wanted, "of what, and why"), rows, (16, 9, 8, 7, 9, 10, 41))


class PrintedTomography(_Written):
    """Printed numbers of tomography beside ours; with the argument ``events``, which events a voxel can show."""

    optional_arguments = 1

    def text(self) -> str:
        import printed_tomography as printed

        if self.arguments == ["events"]:
            return list_table(printed.EVENTS_HEADER, printed.events(), printed.EVENTS_WIDTHS)
        return list_table(printed.HEADER, printed.rows(), printed.WIDTHS)


class CommandHelp(SphinxDirective):
    """What a command says when it is asked for help."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        import click

        from alkanode.cli.main import cli

        words = self.arguments[0].split()
        command: click.Command = cli
        context = click.Context(cli, info_name=words[0])
        for word in words[1:]:
            inner = command.get_command(context, word) if isinstance(command, click.Group) else None
            if inner is None:
                raise self.error(f"there is no command {self.arguments[0]!r}")
            command, context = inner, click.Context(inner, info_name=word, parent=context)
        context.max_content_width = context.terminal_width = 100
        text = inspect.cleandoc(command.get_help(context))
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("record-kinds", RecordKinds)
    app.add_directive("quantities", Quantities)
    app.add_directive("trust-labels", TrustLabels)
    app.add_directive("readers", Readers)
    app.add_directive("study-keys", StudyKeys)
    app.add_directive("command-help", CommandHelp)
    app.add_directive("published-comparison", PublishedComparison)
    app.add_directive("printed-tomography", PrintedTomography)
    return {"version": "1", "parallel_read_safe": True}
