"""What a stranger types first: the Makefile, the pinned packages, CI, and what tracked files may say."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GROUPS = (PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
REQUIREMENTS = [Requirement(line) for group in GROUPS for line in group]
FOLDERS = ("index", "rag", "eval")
CODE = [*ROOT.glob("*.py"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def make(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make as a user does, even where the tests themselves run under one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *words], cwd=folder, env=kept, capture_output=True, text=True, check=False)


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A checkout that is set up, whose byline writes its arguments to a file and ends with status N."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    script = '#!/bin/sh\nprintf "%s\\0" "$@" >>said\ntest "$1" = model || exit $(cat status)\n'
    for name in ("pip", "byline"):
        (bin_folder / name).write_text(script)
        (bin_folder / name).chmod(0o755)
    (tmp_path / ".venv" / ".runtime").touch()
    (tmp_path / "status").write_text("0")
    return tmp_path


def said(folder: Path) -> list[str]:
    return (folder / "said").read_text().split("\0")[:-1]


def test_help_is_the_default_and_documents_every_target() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    shown = make().stdout
    documented = re.findall(r"^  make (\w+) +\w", shown, re.MULTILINE)
    assert documented == [name for name in targets[1].split() if name != "model"]
    assert shown == make("help").stdout


@pytest.mark.parametrize(
    "question",
    [
        "What share of aid did Europe provide?",
        """He said "no", didn't he?""",
        "Did it cost $5 or $HOME, $(shell touch pwned) or $$?",
        "`touch pwned`; touch pwned # & > pwned",
        "-v",
        "--json",
        "Café, 60% \\ ünïcode\tand tabs",
    ],
)
def test_a_question_arrives_as_it_was_typed(ready: Path, question: str) -> None:
    run = make("ask", f"Q={question}", folder=ready)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert said(ready) == ["model", "pull", "--auto", "ask", "--", question]
    assert not (ready / "pwned").exists()


def test_a_corpus_folder_with_spaces_is_passed_on(ready: Path) -> None:
    make("ask", "Q=Why?", "CORPUS=my news $5", folder=ready)
    make("index", "CORPUS=my news $5", folder=ready)
    corpus = ["--corpus", "my news $5"]
    assert said(ready) == ["model", "pull", "--auto", "ask", *corpus, "--", "Why?", "index", "my news $5"]


@pytest.mark.parametrize(("status", "failed"), [(0, False), (3, False), (1, True), (2, True)])
def test_a_refusal_is_no_failure_and_a_fault_is_one(ready: Path, status: int, failed: bool) -> None:
    (ready / "status").write_text(str(status))
    assert bool(make("ask", "Q=Why?", folder=ready).returncode) is failed


def test_ask_without_a_question_says_how(ready: Path) -> None:
    run = make("ask", folder=ready)
    assert run.returncode
    assert run.stderr.startswith('Say what to ask: make ask Q="')
    assert "ask" not in said(ready)


def test_no_fitting_python_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    run = make("setup", "PYTHON=false", folder=tmp_path)
    first, second = run.stderr.splitlines()
    assert first.startswith("Byline needs Python 3.11, 3.12 or 3.13 with its venv module: ")
    assert second.startswith("make: *** ")
    assert not (tmp_path / ".venv").exists()


def test_set_up_begins_with_a_virtual_environment_on_a_fitting_python(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    assert make(".venv/bin/pip", f"PYTHON={sys.executable}", folder=tmp_path).returncode == 0
    assert (tmp_path / ".venv" / "bin" / "pip").exists()


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_dependency_is_pinned_to_a_version_that_fits(requirement: Requirement) -> None:
    pinned = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned)


def test_pins_are_exact_sorted_and_of_no_one_machine() -> None:
    found = pins()
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in found)
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in found.values())
    assert found["torch"] == "2.13.0"


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports, at any depth of it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_every_library_that_the_code_imports_is_declared() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    foreign = set().union(*map(imported, CODE)) - sys.stdlib_module_names - {"app", *FOLDERS}
    providers = packages_distributions()
    missing = {
        name for name in foreign if not declared & {canonicalize_name(one) for one in providers.get(name, [])}
    }
    assert missing == set()


def test_ci_runs_the_tests_and_then_the_eval() -> None:
    script = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    lines = [line.split("  #")[0] for line in script.read_text().splitlines()]
    commands = [re.sub(r" EVERY=\d$", "", line) for line in lines if line.startswith(("make", "set"))]
    assert commands == ["set -euo pipefail", "make test", "make eval"]


def test_tracked_files_name_no_package_host_and_no_one_machine() -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    words = ["pypi" + ".org", "python" + "hosted", "download.pytorch" + ".org", "file:" + "//", "/work" + "/"]
    words += ["extra-" + "index-url", "/opt" + "/wheels", "/root" + "/"]
    found = [
        (name, word)
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file()
        for word in words
        if word.encode() in (ROOT / name).read_bytes()
    ]
    assert found == []
