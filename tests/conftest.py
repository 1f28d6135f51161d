"""Fixtures that the tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("byline", deadline=None, max_examples=60)
settings.load_profile("byline")

ARTICLES = {
    "aid.txt": "Europe paid most of the aid\n\nEurope paid 60% of the total, Macron said. Trump disagreed.\n",
    "peace.md": "---\ntitle: Troops for Ukraine\npublisher: The Herald\nauthor: Ada Byron\n"
    "published: 25 February 2025\n---\n\nRussia would not accept peacekeepers, the Kremlin said.\n",
    "local/bridge.txt": "The bridge reopened on Monday.\n\nIt had been closed for 12 days after a flood.\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of three articles, one of them in a sub-folder."""
    folder = tmp_path / "articles"
    for path, text in ARTICLES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where indexes go; not made yet."""
    return tmp_path / "home"
