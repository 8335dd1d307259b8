"""Names say what things are, comments say why, suppressions give a reason, and nothing is left half done."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import (
    comments,
    documented_nodes,
    product_files,
    python_files,
    text,
    tracked_files,
    tree,
)

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "data", "info", "misc"}
TRUST_ROOMS = (
    "backend/countersign/actions/",
    "backend/countersign/approvals/",
    "backend/countersign/workflows/gate.py",
    "backend/countersign/kit/crypto.py",
)
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:)")
REASONED_SUPPRESSION = re.compile(
    r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\]|pragma: \w[\w ]*?)\s*[-#:]\s*\S"
)
# Folders of one developer's machine; a path like these works nowhere else.
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/[a-z]\w*|Users/\w+)/\w")


def test_no_file_or_folder_has_an_empty_name() -> None:
    assert [str(path) for path in product_files() if EMPTY_NAMES & set(path.with_suffix("").parts[1:])] == []


def test_an_init_file_is_one_docstring() -> None:
    inits = [path for path in product_files() if path.name == "__init__.py"]

    assert [
        str(path) for path in inits if len(tree(path).body) != 1 or not ast.get_docstring(tree(path))
    ] == []


def test_no_docstring_is_empty_or_repeats_the_name() -> None:
    empty = [
        f"{path}:{node.lineno if hasattr(node, 'lineno') else 1}"
        for path in python_files()
        for node in documented_nodes(path)
        if (docstring := ast.get_docstring(node)) is not None
        and letters(docstring) in {"", letters(getattr(node, "name", "module"))}
    ]

    assert empty == []


def letters(words: str) -> str:
    return re.sub(r"\W|_", "", words).lower()


def test_nothing_is_left_for_later() -> None:
    assert [
        f"{path}:{n}" for path in python_files() for n, comment in comments(path) if LEFT_OPEN.search(comment)
    ] == []


def test_every_suppression_says_why_on_its_line() -> None:
    silent = [
        f"{path}:{n} {comment}"
        for path in python_files()
        for n, comment in comments(path)
        if SUPPRESSION.search(comment) and not REASONED_SUPPRESSION.search(comment)
    ]

    assert silent == []


def test_no_line_of_the_trust_rooms_is_excused_from_coverage() -> None:
    rooms = [path for path in python_files() if str(path).startswith(TRUST_ROOMS)]

    assert [str(path) for path in rooms if "pragma: no" in text(path)] == []


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    own = "backend/tests/architecture/test_house_style.py"
    found = [
        f"{path}: {match.group()}"
        for path in tracked_files()
        if str(path) != own and path.suffix not in {".lock", ".eml", ".mbox"}
        for match in MACHINE_PATH.finditer(text(path))
    ]

    assert found == []
