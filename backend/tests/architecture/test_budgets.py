"""Files, functions and rooms stay small enough to be read at one sitting; a budget is raised by an ADR only."""

from __future__ import annotations

from collections import Counter

from tests.architecture.source import functions, product_files, python_files, text, tracked_files

FILE_LINES = 300
FUNCTION_LINES = 50
ROOM_FILES = 10
# Room: files it may hold, and the ADR that says why.
RAISED_BY_ADR = {"backend/countersign/kit": (14, "docs/adr/0005-kit-holds-more-files.md")}


def test_no_file_is_longer_than_its_budget() -> None:
    lengths = {str(path): len(text(path).splitlines()) for path in python_files()}

    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    lengths = {
        f"{path}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files()
        for node in functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_no_room_holds_more_files_than_its_budget() -> None:
    sizes = Counter(str(path.parent) for path in product_files() if path.name != "__init__.py")

    too_many = {
        room: size for room, size in sizes.items() if size > RAISED_BY_ADR.get(room, (ROOM_FILES, ""))[0]
    }
    assert too_many == {}


def test_every_raised_budget_has_its_adr() -> None:
    assert {adr for _, adr in RAISED_BY_ADR.values() if "Accepted" not in text_of(adr)} == set()


def text_of(name: str) -> str:
    return next((text(path) for path in tracked_files() if str(path) == name), "")
