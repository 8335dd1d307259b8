"""Runs the sandbox's mail reader over other people's MIME tests: crashes, tree shapes, decoded bodies.

Usage: python backend/benchmarks/mime_sets.py --data FOLDER [--show], where FOLDER holds `mime_cpython` (mails) and
`mime_mime4j` (mails with their expected trees as XML). Reads the sets in place and copies nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workspace_sandbox.gmail.indexing import read_mail
from workspace_sandbox.gmail.mime.headers import as_text
from workspace_sandbox.gmail.mime.payload import full_payload
from workspace_sandbox.gmail.mime.tree import Part, walk

# Control characters that XML 1.0 does not allow, and that the expected trees contain nevertheless.
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def main() -> None:
    """Print one line for each figure; exits with 1 after a crash."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="name each mail whose tree differs")
    arguments = parser.parse_args()
    cpython = sorted((arguments.data / "mime_cpython").glob("msg_*"))
    mime4j = sorted((arguments.data / "mime_mime4j").rglob("*.msg"))
    started = time.perf_counter()
    crashes = [path for path in (*cpython, *mime4j) if not _reads(path)]
    seconds = time.perf_counter() - started
    read = len(cpython) + len(mime4j) - len(crashes)
    print(f"read without a crash: {read}/{len(cpython) + len(mime4j)} in {seconds * 1000:.0f} ms")
    different = [path for path in mime4j if _shape(_root(path)) != _expected_shape(path.with_suffix(".xml"))]
    print(f"mime4j trees equal: {len(mime4j) - len(different)}/{len(mime4j)}")
    right, total = _decoded_bodies(mime4j)
    print(f"mime4j decoded bodies found byte for byte (line ends aside): {right}/{total}")
    for path in different if arguments.show else []:
        print(path.name, _shape(_root(path)), "expected", _expected_shape(path.with_suffix(".xml")))
    sys.exit(1 if crashes else 0)


def _reads(path: Path) -> bool:
    try:
        mail = read_mail(path.read_bytes())
        full_payload(mail.root, "m")
    except Exception as error:  # noqa: BLE001 - any error at all is the crash that is counted
        print(f"crash on {path.name}: {error!r}")
        return False
    return True


def _root(path: Path) -> Part:
    return read_mail(path.read_bytes()).root


def _shape(part: Part) -> str:
    if part.is_multipart:
        return "[" + " ".join(_shape(child) for child in part.children) + "]"
    return f"<{_shape(part.children[0])}>" if part.children else "."


def _expected_shape(path: Path) -> str:
    return _xml_shape(ET.fromstring(NOT_XML.sub("?", as_text(path.read_bytes()))))


def _xml_shape(node: ET.Element) -> str:
    for child in node:
        if child.tag == "multipart":
            return "[" + " ".join(_xml_shape(part) for part in child if part.tag == "body-part") + "]"
        if child.tag == "message":
            return f"<{_xml_shape(child)}>"
    return "."


def _decoded_bodies(mails: list[Path]) -> tuple[int, int]:
    """How many of the expected decoded bodies are the content of some part of their mail, and how many there are."""
    right = total = 0
    for path in mails:
        contents = {_plain_ends(part.content()) for part in walk(_root(path)) if not part.children}
        for expected in path.parent.glob(f"{path.stem}_decoded_*"):
            total += 1
            right += _plain_ends(expected.read_bytes()) in contents
    return right, total


def _plain_ends(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


if __name__ == "__main__":
    main()
