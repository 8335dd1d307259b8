"""The tour and the pages on security and workflows name only what exists, and the tour leaves out no room."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

from countersign.app import create_app
from countersign.settings import Settings
from tests.docs.pages import ROOT

TOUR = (ROOT / "docs/tour.md").read_text(encoding="utf-8")
BOTH = TOUR + "".join(
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("security.md", "workflows.md")
)
PRODUCT = ROOT / "backend/countersign"
# A path, and the names said to be in it: `a/b.py` `name`, `a/b.py` `one`, `two` and `three`.
_NAMED = re.compile(r"`(?P<path>[\w/.-]+\.py)`(?P<names>(?:(?:,|,? and)?\s+`\w+`)*)")
_QUOTED = re.compile(r"`([^`\n]+)`")
_ROUTE = re.compile(r"(GET|POST|PATCH|PUT|DELETE) (/\S+)")


def test_every_path_exists() -> None:
    paths = [quoted for quoted in _QUOTED.findall(BOTH) if "/" in quoted and not _ROUTE.match(quoted)]

    assert len(paths) > 50
    assert [path for path in paths if not found(path).exists()] == []


def test_every_name_is_in_the_file_it_is_said_to_be_in() -> None:
    given = [
        (match["path"], name) for match in _NAMED.finditer(BOTH) for name in _QUOTED.findall(match["names"])
    ]

    assert len(given) > 50
    assert [f"{path} {name}" for path, name in given if name not in names_in(found(path))] == []


def test_every_route_of_the_tour_is_served() -> None:
    served = {
        (method.upper(), path)
        for path, methods in create_app(Settings(_env_file=None)).openapi()["paths"].items()
        for method in methods
    }
    told = {match.groups() for quoted in _QUOTED.findall(TOUR) if (match := _ROUTE.fullmatch(quoted))}

    assert told
    assert told - served == set()


def test_every_other_quoted_word_of_the_tour_is_in_the_code() -> None:
    words = {
        quoted
        for quoted in _QUOTED.findall(TOUR)
        if "/" not in quoted and not quoted.endswith((".py", ".toml"))
    }
    code = "\n".join(path.read_text(encoding="utf-8") for path in files("backend"))

    assert {word for word in words if not word.startswith("make ") and word not in code} == set()


def test_the_map_lists_the_rooms_that_exist_from_the_top_floor_down() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [floors] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    expected = [
        {room for room in floor.replace("(", "").replace(")", "").split(" | ") if exists(room)}
        for floor in floors
    ]
    rows = re.findall(r"^\| (\d+) \| `([\w.]+)/?` \|", TOUR, re.MULTILINE)
    told: dict[str, set[str]] = {}
    for floor, room in rows:
        told.setdefault(floor, set()).add(room.removesuffix(".py"))

    assert list(told.values()) == [floor for floor in expected if floor]
    assert list(told) == sorted(told, key=int, reverse=True)


def found(path: str) -> Path:
    """The file or folder a path of the tour means."""
    in_repository = path.startswith(("backend/", "docs/", "deployment/")) or (ROOT / path).is_file()
    return (ROOT if in_repository else PRODUCT) / path


def exists(room: str) -> bool:
    return (PRODUCT / room).is_dir() or (PRODUCT / f"{room}.py").is_file()


@cache
def files(folder: str) -> tuple[Path, ...]:
    return tuple(path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".py", ".sql"})


def names_in(path: Path) -> set[str]:
    """Functions, classes, methods and constants that a file defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    return defined
