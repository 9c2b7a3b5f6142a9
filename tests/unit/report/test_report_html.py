"""The report is one page that asks nothing of the network and says everything, whatever the texts contain."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from alkanode.report import write_report
from alkanode.report.html import render_report
from alkanode.studies import Outcome, Part, Study, run_study
from alkanode.virtual import write_demo

LOADS = {"src", "href", "data", "poster", "srcset", "action", "background", "formaction", "xlink:href"}
HOSTILE = "<script>alert(1)</script></title><img src=http://example.org/x.png> & \"quoted\" 'too'"


class Page(HTMLParser):
    """Tags with their attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.hidden = 0
        self.words: list[str] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    def loads(self) -> list[str]:
        """Addresses that a browser would fetch or follow, other than places in the page itself."""
        return [
            value
            for tag, attributes in self.tags
            for name, value in attributes.items()
            if name in LOADS and value and not value.startswith(("#", "data:"))
        ]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The virtual experiment, with a mask, a failed part and hostile texts put in afterwards."""
    path = write_demo(tmp_path_factory.mktemp("demo"))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["title"], content["summary"] = HOSTILE, HOSTILE
    content["cell"] = yaml.safe_load((path.parent / "cell.yaml").read_text(encoding="utf-8"))
    content["cell"] |= {"name": HOSTILE, "notes": HOSTILE}
    content["cell"]["anode"]["coating"] = HOSTILE
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = run_study(Study.from_yaml(path))
    assert done.complete
    done.warnings.append(HOSTILE)
    done.failed["spare"] = HOSTILE
    masks = [{"spectrum": 3, "reason": f"voltage drifts {HOSTILE}"}]
    done.parts = [
        replace(part, details=part.details | {"masked_spectra": masks}) if part.name == "impedance" else part
        for part in done.parts
    ]
    return done


@pytest.fixture(scope="module")
def page(outcome: Outcome) -> Page:
    return Page(render_report(outcome))


def test_nothing_is_fetched(page: Page) -> None:
    assert page.loads() == []
    assert not [tag for tag, _ in page.tags if tag in ("iframe", "link", "object", "embed", "base", "form")]
    (policy,) = [a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_texts_stay_texts(page: Page) -> None:
    assert page.text.count("<script>alert(1)</script>") >= 7
    assert not [a for tag, a in page.tags if tag == "img" and "example.org" in str(a.get("src"))]


def test_every_finding_mask_warning_and_failure_is_there(page: Page, outcome: Outcome) -> None:
    for part in outcome.parts:
        for sentence in part.findings:
            assert " ".join(sentence.split()) in page.text
    assert "1 masked spectrum and why" in page.text
    assert "voltage drifts <script>" in page.text
    assert "spare failed." in page.text
    for line in outcome.warnings:
        assert " ".join(line.split()) in page.text


def test_inputs_versions_and_sources_are_there(page: Page, outcome: Outcome) -> None:
    for entry in outcome.inputs:
        assert entry["file"] in page.text
        assert entry["sha256"] in page.text
    assert {"study.yaml", "conditioning.bdf.csv", "stripping.mpt"} == {entry["file"] for entry in outcome.inputs}
    assert "alkanode 0" in page.text
    assert "@article{Wu2025" in page.text.replace(" ", "")
    assert "pressure" in page.text.lower()


def test_every_section_can_be_reached(page: Page) -> None:
    places = {attributes.get("id") for _, attributes in page.tags}
    aims = [a["href"] for tag, a in page.tags if tag == "a" and str(a.get("href", "")).startswith("#")]
    assert len(aims) >= 8
    assert {str(aim)[1:] for aim in aims} <= places


def test_every_figure_is_drawn(page: Page, outcome: Outcome) -> None:
    drawn = {attributes.get("id") for _, attributes in page.tags}
    for part in outcome.parts:
        for name in part.figures:
            assert f"{part.name}-{name}" in drawn


def test_a_run_without_any_part_still_reports(outcome: Outcome, tmp_path: Path) -> None:
    empty = replace(outcome, parts=[], interrupted=True, failed={"impedance": "reason"}, skipped={"phases": "why"})
    path = write_report(empty, tmp_path / "deep" / "report.html")
    text = Page(path.read_text(encoding="utf-8")).text
    assert "stopped before it was complete" in text
    assert "impedance failed. reason" in text
    assert "phases: why" in text
    assert path.stat().st_size < 50_000, "no drawing code without a figure"


def test_a_part_without_estimates_is_a_section(outcome: Outcome) -> None:
    bare = replace(outcome, parts=[Part(name="failures", title="Failures", findings=("Nothing was found.",))])
    assert "Nothing was found." in Page(render_report(bare)).text
