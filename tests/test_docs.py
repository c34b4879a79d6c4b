"""Docs stay true: the page of records is made from the code, links lead somewhere, commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli import parser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_records_is_the_code():
    made = subprocess.run(
        [sys.executable, ROOT / "scripts/records-doc"], capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs/records.md").read_text() == made.stdout, "run: scripts/records-doc > docs/records.md"


def test_every_field_of_every_record_has_a_meaning():
    empty = [
        line for line in (ROOT / "docs/records.md").read_text().splitlines() if re.search(r"\|\s*\|$", line)
    ]
    assert empty == [], "say in a comment beside the field what it means"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_names_every_command():
    commands = parser()._subparsers._group_actions[0].choices
    readme = (ROOT / "README.md").read_text()
    assert [
        name for name in commands if f"`{name}`" not in readme and f"tattlebox {name}" not in readme
    ] == []


def test_figures_have_a_page():
    for name in ("architecture", "decisions", "performance", "records", "vocabulary"):
        assert (ROOT / "docs" / f"{name}.md").stat().st_size > 500, f"docs/{name}.md is missing or empty"


def test_a_dossier_names_the_figures_of_these_pages():
    made = subprocess.run(
        [sys.executable, ROOT / "scripts/figures"], capture_output=True, text=True, check=True
    )
    held = (ROOT / "appliance/data/dossier/figures.csv").read_text(encoding="utf-8")
    assert held == made.stdout, "run: scripts/figures > appliance/data/dossier/figures.csv"
    assert made.stdout.count("\n") > 20, "scripts/figures no longer finds the tables"
