"""The README tells what the code says: the file tree, the options, the settings, the commands."""

import re
from pathlib import Path

import typer

import app
from rag.settings import TABLE

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
UNLISTED = {"__init__.py", "__pycache__"}


def tree() -> dict[str, list[str]]:
    """Folders of the README's tree, each with the files listed under it."""
    block = next(part for part in README.split("```") if part.startswith("\napp.py  "))
    found: dict[str, list[str]] = {}
    for entry in block.strip().splitlines():
        name = entry.split()[0]
        if entry.startswith("  "):
            found[next(reversed(found))].append(name)
        else:
            found[name] = []
    return found


def commands() -> dict[str, typer.core.TyperCommand]:
    """Every command by its words: {"ask": ..., "model pull": ...}."""
    group = typer.main.get_command(app.cli)
    found = {}
    for name, command in group.commands.items():
        found[name] = command
        found.update({f"{name} {sub}": c for sub, c in getattr(command, "commands", {}).items()})
    return found


def options_table() -> list[str]:
    """The rows that the README must hold, in order."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for name, command in commands().items():
        for option in command.params:
            if option.param_type_name == "option" and option.name != "help":
                flag = option.opts[0] + (f" {option.metavar}" if option.metavar else "")
                rows.setdefault((flag, str(option.envvar), option.help), []).append(name)
    return [f"| `{flag}` | `{env}` | {', '.join(of)} | {text} |" for (flag, env, text), of in rows.items()]


def settings_table() -> list[str]:
    return [f"| `{row.variable}` | {row.default} | {row.help} |" for row in TABLE]


def section(title: str) -> list[str]:
    """The table rows under a heading, without the head."""
    body = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [line for line in body.splitlines() if line.startswith("| `")]


def test_the_tree_lists_the_rooms() -> None:
    """Under index/ its folders, under rag/ its folders and files; eval/, tests/ and seeds/ in a line each."""
    rooms = {
        folder: {f"{p.parent.name}/" for p in (ROOT / folder).glob("*/*.py")} for folder in ("index", "rag")
    }
    files = {p.name for p in (ROOT / "rag").glob("*.py")} - UNLISTED
    assert set(tree()["index/"]) == rooms["index"]
    assert set(tree()["rag/"]) == rooms["rag"] | files


def test_the_house_lists_every_file_once() -> None:
    listed = re.findall(r"^(\S+\.py) +\S", HOUSE, flags=re.MULTILINE)
    code = [p for folder in ("index", "rag", "eval") for p in (ROOT / folder).rglob("*.py")]
    assert sorted(listed) == sorted(p.relative_to(ROOT).as_posix() for p in [*code, ROOT / "app.py"])


def test_the_tree_lists_what_holds_code_at_the_top() -> None:
    code = {p.name for p in ROOT.glob("*.py")} | {f"{p.parent.name}/" for p in ROOT.glob("*/*.py")}
    assert code <= set(tree())


def test_the_options_table_is_what_help_says() -> None:
    assert section("Commands") == options_table()


def test_the_settings_table_is_the_table_of_settings() -> None:
    assert section("Settings") == settings_table()


def test_every_command_is_listed() -> None:
    listed = set(re.findall(r"^byline (\w+)", README, flags=re.MULTILINE))
    assert listed == {name.split()[0] for name in commands()}


def test_pictures_are_there_and_call_nobody() -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        picture = (ROOT / name).read_bytes()
        assert len(picture) < 300_000
        assert not re.search(rb"url\((?!#)|@import|href=.http|<script", picture)
        assert picture.startswith((b"\x89PNG", b"<svg", b"<?xml")), name
