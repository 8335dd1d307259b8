"""Runs the sandbox's mail reader over other people's MIME tests: crashes, tree shapes, decoded bodies.

Reads the sets in place and copies nothing.
"""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from benchmarks.figures import Figure, at_least
from benchmarks.place import Place
from workspace_sandbox.gmail.indexing import read_mail
from workspace_sandbox.gmail.mime.headers import as_text
from workspace_sandbox.gmail.mime.payload import full_payload
from workspace_sandbox.gmail.mime.tree import Part, walk

# Control characters that XML 1.0 does not allow, and that the expected trees contain nevertheless.
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def measure(place: Place) -> list[Figure]:
    """Mails read without a crash, trees that equal the expected ones, decoded bodies found."""
    cpython = sorted(place.public("mime_cpython").glob("msg_*"))
    mime4j = sorted(place.public("mime_mime4j").rglob("*.msg"))
    place.say("reading other people's MIME tests ...")
    started = time.perf_counter()
    read = sum(_reads(path) for path in (*cpython, *mime4j))
    took = f"in {(time.perf_counter() - started) * 1000:.0f} ms"
    equal = sum(_shape(_root(path)) == _expected_shape(path.with_suffix(".xml")) for path in mime4j)
    right, total = _decoded_bodies(mime4j)
    count = len(cpython) + len(mime4j)
    return [
        Figure(
            "MIME tests read without a crash",
            100 * read / count,
            "%",
            at_least(100),
            f"{read} of {count} {took}",
        ),
        Figure("mime4j: trees equal", 100 * equal / len(mime4j), "%", note=f"{equal} of {len(mime4j)}"),
        Figure(
            "mime4j: decoded bodies found",
            100 * right / total,
            "%",
            note=f"{right} of {total}, line ends aside",
        ),
    ]


def _reads(path: Path) -> bool:
    try:
        mail = read_mail(path.read_bytes())
        full_payload(mail.root, "m")
    except Exception:  # noqa: BLE001 - any error at all is the crash that is counted
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
