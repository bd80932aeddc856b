"""What linters cannot see: small files, short bodies, and no model library where there must be none."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGES = ("bot", "gpu", "storage")
FILES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
LONGEST_FILE, LONGEST_BODY = 400, 60

ABOVE_THE_LINE = (
    "abilities", "backend", "bugs", "canvas", "controls", "errors", "fake", "files", "fingerprint", "grid", "hub",
    "inputs", "layouts", "local", "metadata", "needs", "optimising", "params", "probe", "safety", "safety.base",
    "skills", "skills.base", "skills.desk", "skills.fake", "skills.opening", "sources", "types", "wire", "worker",
)  # fmt: skip
"""Modules of gpu that work without model libraries. The worker is among them: it chooses its engine when it starts."""

HEAVY = {
    "torch", "diffusers", "transformers", "tokenizers", "accelerate", "peft", "compel", "onnxruntime", "openvino",
    "ncnn", "cv2", "scipy",
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """`bot/cogs/help.py` → `bot.cogs.help`."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines without signature and docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_files_are_short() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert len(lengths) > 50
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}


def test_bodies_are_short() -> None:
    long = {f"{name_of(path)}.{f.name}": body_lines(f) for path in FILES for f in functions(path)}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_BODY}


def test_every_module_says_what_it_is_for() -> None:
    trees = {name_of(path): ast.parse(path.read_text("utf-8")) for path in FILES}
    assert not [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)]


def test_no_module_above_the_line_loads_a_model_library() -> None:
    """In a clean interpreter; import-linter cannot see what external packages load in their turn."""
    above = [name_of(path) for path in FILES if not path.is_relative_to(PROJECT / "gpu") and path.name != "__main__.py"]
    above += [f"gpu.{name}" for name in ABOVE_THE_LINE]
    script = f"""
import importlib, sys
for name in {above}:
    importlib.import_module(name)
    found = {HEAVY} & set(sys.modules)
    assert not found, f"{{name}} loads {{found}}"
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted((PROJECT / "bot" / "cogs").glob("*.py")), ids=lambda path: path.stem)
def test_cogs_reach_jobs_through_the_studio(path: Path) -> None:
    """The values and errors of storage may pass through a cog; its tables, files and queue may not."""
    doors = {module for module in imports(path) if module.startswith(("storage", "gpu.local", "gpu.worker"))}
    assert doors <= {"storage.models", "storage.errors"}


def test_sql_stays_in_storage() -> None:
    users = [name_of(path) for path in FILES if {"sqlite3", "aiosqlite"} & imports(path)]
    assert all(name.startswith("storage.") for name in users)


def test_sql_holds_names_of_ours_and_never_a_value() -> None:
    """What is put into a statement with {} is a constant or the name of a field; values are bound."""
    allowed = re.compile(
        r"_?[A-Z][A-Z_]*|_columns\(\w+\)|marks\(\w+\)|table|column|mine|limit|held|', '\.join\(.*\)|number|sql|"
        r"table\['name'\]|_(FROM|ORDER)\[shelf\]"
    )
    statement = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|PRAGMA|BEGIN)\b")
    foreign = []
    for path in sorted((PROJECT / "storage").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and statement.match(ast.unparse(node).strip("f'\"").replace("\\n", " ")):
                values = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
                foreign += [f"{name_of(path)}: {value}" for value in values if not allowed.fullmatch(value)]
    assert foreign == []


def test_only_safe_loading() -> None:
    """No pickle is opened and no code of a model is run, by any road."""
    unsafe = ("torch.load(", "import pickle", "trust_remote_code=True", "use_safetensors=False", "weights_only=False")
    for path in FILES:
        code = ast.unparse(_without_docstrings(ast.parse(path.read_text("utf-8"))))
        assert not [word for word in unsafe if word in code], name_of(path)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node) and len(node.body) > 1:
            node.body = node.body[1:]
    return tree
