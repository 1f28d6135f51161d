"""The house: who may import whom, how long things are, and that nothing happens at import."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("index", "rag", "eval", "app")
"""From the ground up: a layer imports itself and what is below it."""
FRONT_DOORS = {"app.py", "eval/__main__.py"}
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("app.py"), *(p for layer in LAYERS[:3] for p in (ROOT / layer).rglob("*.py"))]
)
ONLY_IMPORTERS = {
    "typer": ("app.py",),
    "chromadb": ("index/vectors/",),
    "sentence_transformers": ("index/embed/folder.py",),
    "onnxruntime": ("index/embed/",),
    "sqlite3": ("index/catalog/", "index/vectors/local.py"),  # the latter copies Chroma's own file
    "xllamacpp": ("rag/models/embedded.py",),
    "langchain_ollama": ("rag/models/",),
    "ollama": ("rag/models/",),
    "gradio": ("rag/front/page/",),
    "lemminflect": ("rag/english/lemmas.py",),
    "matplotlib": ("eval/report/plot.py",),
    "sklearn": ("eval/fitting/weights.py",),
}
HEAVY = {
    "chromadb", "docx", "gradio", "matplotlib", "nupunkt", "onnxruntime", "pypdf", "sentence_transformers",
    "torch", "trafilatura", "transformers", "xllamacpp",
}  # fmt: skip
"""What takes long to import, and is imported late."""
USE_THE_ENVIRONMENT = FRONT_DOORS | {"rag/settings/__init__.py", "rag/models/weights/parts.py"}
"""The table of settings, and the one place that hands the environment on, to a process of its own."""
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
ROOMS = (
    "settings answer events plain rules english models question search reading judging verify assistant "
    "records front"
).split()
"""The rooms of rag/ and the files beside them: each imports those before it."""
MOST_ROOMS, MOST_FILES = 9, 7
KNOW_ENGLISH = ("rag/english/", "rag/question/", "rag/models/prompt.py", "rag/reading/prompt.py")
ADDRESSES = ("rag/front/page/doors.py", "rag/settings/envfile.py", "rag/models/")
"""Where a pattern is of addresses, of names of variables or of a server's words: nothing that people say."""
LABELS = frozenset("count share year day month weekday clock person place percent".split())
"""Names of kinds of values, which are ours."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache
def source(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@lru_cache
def parsed(file: str) -> ast.Module:
    return ast.parse(source(file))


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_name(file): file for file in FILES}


@dataclass(frozen=True)
class Import:
    """A module that is imported, by its dotted name; ``late`` is inside a function."""

    module: str
    late: bool = False
    typing: bool = False


def imports(file: str) -> list[Import]:
    """Every import of a file, wherever it stands, also by importlib."""
    return [each for node in parsed(file).body for each in _imports(node)]


def _imports(node: ast.AST, late: bool = False, typing: bool = False) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, late, typing) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        yield from (Import(_imported(node.module or "", a.name), late, typing) for a in node.names)
    elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
        assert isinstance(node.args[0], ast.Constant), "what is imported can be read in the code"
        yield Import(str(node.args[0].value), True, typing)
    late = late or isinstance(node, Function)
    typing = typing or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, late, typing)


def _imported(module: str, name: str) -> str:
    """``from rag import prompt`` imports rag.prompt, ``from rag.answer import Draft`` imports rag.answer."""
    return f"{module}.{name}" if f"{module}.{name}" in MODULES else module


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def house(text: str) -> list[str]:
    """The files that docs/house.md lists, in its order."""
    return re.findall(r"^(\S+\.py) ", text, re.MULTILINE)


def ours(file: str) -> list[str]:
    return [each.module for each in imports(file) if each.module.split(".")[0] in LAYERS]


def test_there_is_code_to_look_at() -> None:
    assert {"app.py", "index/article.py", "index/catalog/__init__.py", "rag/answer.py"} <= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_imports_run_one_way_between_the_layers(file: str) -> None:
    layer = LAYERS.index(module_name(file).split(".")[0])
    assert [name for name in ours(file) if LAYERS.index(name.split(".")[0]) > layer] == []
    assert [each.module for each in imports(file) if each.module.split(".")[0] == "tests"] == []


def test_a_file_imports_only_files_listed_above_it() -> None:
    order = house(source("docs/house.md"))
    above = {file: set(order[:n]) for n, file in enumerate(order)}
    strange = [(f, name) for f in FILES for name in ours(f) if not _is_above(name, f, above.get(f, set()))]
    assert strange == []


def _is_above(name: str, file: str, above: set[str]) -> bool:
    return MODULES.get(name, file) in {*above, file}


def room(module: str) -> str:
    """``english`` of ``rag.english.values``."""
    return f"{module}.".split(".")[1]


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("rag/")])
def test_a_room_imports_only_rooms_before_it(file: str) -> None:
    own = room(module_name(file))
    assert own in ["", *ROOMS]
    later = ROOMS[ROOMS.index(own) + 1 :] if own else ROOMS
    assert [name for name in ours(file) if name.startswith("rag.") and room(name) in later] == []


def test_rag_has_few_rooms_and_few_files() -> None:
    inside = {file.split("/")[1] for file in FILES if file.startswith("rag/")}
    files = {name for name in inside if name.endswith(".py")}
    assert len(inside - files) <= MOST_ROOMS
    assert len(files) <= MOST_FILES
    assert {name.removesuffix(".py") for name in inside} - {"__init__"} == set(ROOMS)


def english(code: str) -> list[tuple[int, str]]:
    """The patterns and word lists of a file that hold words: (line, text)."""
    found = []
    for node in ast.walk(ast.parse(code)):
        texts = _strings(node) if _is_pattern(node) else []
        if _is_word_list(node):
            texts = [t for text in _strings(node) for t in text.split() if t not in LABELS]
        found += [
            (node.lineno, t) for t in texts if re.search(r"[^\W\d_]{3}", re.sub(r"\\.|\?P<\w+>", "", t))
        ]  # type: ignore[attr-defined]
    return found


def _is_pattern(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")


def _is_word_list(node: ast.AST) -> bool:
    """``frozenset(("he", "she"))``, ``"he she".split()``, ``word in ("he", "she")``."""
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(
            node.comparators[0], ast.Tuple | ast.Set | ast.List
        )
    if not isinstance(node, ast.Call):
        return False
    split = isinstance(node.func, ast.Attribute) and node.func.attr == "split"
    return ast.unparse(node.func) in ("frozenset", "set") or (
        split and isinstance(node.func.value, ast.Constant)
    )  # type: ignore[attr-defined]


def _strings(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


@pytest.mark.parametrize(
    "code",
    [
        'A = re.compile(r"\\b(he|she)\\b")',
        'frozenset("he she they".split())',
        'x in ("she", "they")',
        're.search(f"said {x}", t)',
    ],
)
def test_words_are_seen_where_they_are_hidden(code: str) -> None:
    assert english(code)
    assert not english(
        r're.sub(r"\s+\w{3,}(?P<text>[a-z])", " ", t); a = "He said so."; kind in ("count", "")'
    )


@pytest.mark.parametrize(
    "file",
    [
        file
        for file in FILES
        if file.startswith("rag/")
        and not file.startswith((*KNOW_ENGLISH, *ADDRESSES, "rag/front/", "rag/records/", "rag/settings/"))
    ],
)
def test_nobody_else_knows_english(file: str) -> None:
    assert english(source(file)) == []


@pytest.mark.parametrize(
    "file",
    [
        f
        for f in FILES
        if f.startswith(("rag/front/", "rag/records/", "rag/settings/")) and f not in ADDRESSES
    ],
)
def test_what_people_touch_has_no_patterns_of_words(file: str) -> None:
    patterns = [node for node in ast.walk(parsed(file)) if _is_pattern(node)]
    assert [text for node in patterns for _, text in english(ast.unparse(node))] == []


def judging_numbers(code: str) -> list[tuple[int, str]]:
    """Comparisons with a number between 0 and 1, written there or kept in a name: (line, code)."""
    shares = {
        name.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name, value in _pairs(target, node.value)
        if isinstance(name, ast.Name) and _is_share(value)
    }
    return [
        (node.lineno, ast.unparse(node))
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if any(_is_share(n) or (isinstance(n, ast.Name) and n.id in shares) for n in ast.walk(side))
    ]


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def _is_share(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < 1


@pytest.mark.parametrize(
    "code", ["x = support >= 0.8", "LEAST = 0.8\ny = a < LEAST", "A, B = 1, 0.5\ny = 2 * B < a"]
)
def test_a_number_that_judges_is_seen(code: str) -> None:
    assert judging_numbers(code)
    assert not judging_numbers("SECONDS = 0.5\nwait(SECONDS)\nx = 0 <= share <= 1\ny = share > other")


@pytest.mark.parametrize(
    "file", [f for f in FILES if f.startswith("rag/") and not f.startswith("rag/judging/")]
)
def test_no_number_judges_outside_judging(file: str) -> None:
    assert judging_numbers(source(file)) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: {each for each in ours(file) if each != name} for name, file in MODULES.items()}
    assert set(TopologicalSorter(graph).static_order()) >= set(MODULES)


@pytest.mark.parametrize(("library", "allowed"), ONLY_IMPORTERS.items())
def test_a_library_enters_in_one_place(library: str, allowed: tuple[str, ...]) -> None:
    importers = {f for f in FILES if any(each.module.split(".")[0] == library for each in imports(f))}
    assert sorted(f for f in importers if not f.startswith(allowed)) == []


@pytest.mark.parametrize("library", sorted(set(ONLY_IMPORTERS) - {"onnxruntime"}))
def test_a_library_with_a_place_is_used_there(library: str) -> None:
    assert any(each.module.split(".")[0] == library for f in FILES for each in imports(f))


@pytest.mark.parametrize("file", FILES)
def test_what_takes_long_is_imported_late(file: str) -> None:
    early = {each.module.split(".")[0] for each in imports(file) if not each.late and not each.typing}
    assert sorted(early & HEAVY) == []


def test_importing_everything_loads_nothing_heavy() -> None:
    code = f"import sys, {', '.join(sorted(set(MODULES) - {'eval.__main__'}))}\nprint(*sorted(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert sorted(HEAVY & set(result.stdout.split())) == []
    assert result.stderr == ""


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_short_and_says_what_it_is(file: str) -> None:
    assert len(source(file).splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(parsed(file))


def functions(file: str) -> list[Function]:
    return [node for node in ast.walk(parsed(file)) if isinstance(node, Function)]


@pytest.mark.parametrize("file", FILES)
def test_functions_are_short(file: str) -> None:
    lengths = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(file)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("file", FILES)
def test_public_functions_say_what_they_return_and_what_they_do(file: str) -> None:
    public = [f for f in functions(file) if not f.name.startswith("_")]
    assert [f.name for f in public if f.returns is None] == []
    named = [n for n in parsed(file).body if isinstance(n, Function | ast.ClassDef) and n.name[0] != "_"]
    assert [node.name for node in named if not ast.get_docstring(node)] == []


DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
WORKS = {
    "open",
    "getenv",
    "mkdir",
    "read_text",
    "read_bytes",
    "write_text",
    "connect",
    "run",
    "exists",
    "print",
}


@pytest.mark.parametrize("file", FILES)
def test_nothing_happens_at_import(file: str) -> None:
    assert [ast.unparse(node) for node in parsed(file).body if not _only_defines(node, file)] == []


def _only_defines(node: ast.stmt, file: str) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return "environ" not in ast.unparse(node) and not (_calls(node) & WORKS)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
    if isinstance(node, ast.Expr):
        registers = isinstance(node.value, ast.Call) and _called(node.value) == "add_typer"
        return isinstance(node.value, ast.Constant) or (registers and file == "app.py")
    return isinstance(node, DEFINES)


def _calls(node: ast.AST) -> set[str]:
    return {_called(each) for each in ast.walk(node) if isinstance(each, ast.Call)}


@pytest.mark.parametrize("file", [file for file in FILES if file not in FRONT_DOORS])
def test_only_front_doors_print(file: str) -> None:
    printed = [
        n for n in ast.walk(parsed(file)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "print"
    ]
    assert [node.lineno for node in printed] == []


@pytest.mark.parametrize("file", [f for f in FILES if f not in USE_THE_ENVIRONMENT])
def test_the_environment_is_read_at_the_edge(file: str) -> None:
    names = {n.attr for n in ast.walk(parsed(file)) if isinstance(n, ast.Attribute)}
    assert sorted(names & {"environ", "getenv", "environb"}) == []
