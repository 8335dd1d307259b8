"""The repository as the architecture tests read it: tracked files, modules, functions, comments."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("countersign", "workspace_sandbox")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git knows or would take, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(line) for line in sorted(set(listed.splitlines())) if (ROOT / line).is_file())


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the back end, relative to the root."""
    return tuple(path for path in tracked_files() if path.suffix == ".py" and path.parts[0] == "backend")


@cache
def product_files() -> tuple[Path, ...]:
    """The Python files that are shipped, relative to the root."""
    return tuple(path for path in python_files() if path.parts[1] in PACKAGES)


@cache
def text(path: Path) -> str:
    """Contents of a file given relative to the root; bytes that are no text are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(text(path), str(path))


def documented_nodes(path: Path) -> Iterator[Documented]:
    """The module and every class and function in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Documented):
            yield node


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method in a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every comment."""
    for token in tokenize.generate_tokens(io.StringIO(text(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
