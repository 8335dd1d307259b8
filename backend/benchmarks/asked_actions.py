"""Scores `understanding.telling.asking` on sentences somebody else labelled; reads them in place and copies none.

The shipped weights are trained on these rows, so the score is a grouped 5-fold cross-validation: sentences that share
five words in a row are in the same fold. The rows' own split into training and test is scored beside it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence

from benchmarks.asking_training import SET, Labelled, labelled, trained
from benchmarks.figures import Figure, at_least
from benchmarks.place import Place
from countersign.understanding.telling.asking.model import shipped

FOLDS = 5
_RUN = 5


def measure(place: Place) -> list[Figure]:
    """F1 of the cross-validation and of the set's own split, in percent."""
    folder = place.public(SET)
    place.say("training and testing who asks for action, five times ...")
    rows = labelled(folder)
    guesses = _cross_validated(rows)
    split = [
        json.loads(line)["split"] for line in (folder / "sentences.jsonl").read_text("utf-8").splitlines()
    ]
    training = trained([row for row, part in zip(rows, split, strict=True) if part == "train"])
    tested = [row for row, part in zip(rows, split, strict=True) if part == "test"]
    own = [training.score(row.traits) > 0 for row in tested]
    seen = [shipped().score(row.traits) > 0 for row in rows]
    return [
        _f1("requests for action: F1", guesses, rows, "grouped 5-fold cross-validation", is_the_score=True),
        _f1(
            "requests for action: F1 on the set's own split", own, tested, "trained on train, tested on test"
        ),
        _f1("the shipped weights on these rows", seen, rows, "no score where they were trained on them"),
    ]


def _cross_validated(rows: Sequence[Labelled]) -> list[bool]:
    folds = _folds(rows)
    guesses = [False] * len(rows)
    for fold in range(FOLDS):
        weights = trained([row for row, own in zip(rows, folds, strict=True) if own != fold])
        for index, row in enumerate(rows):
            if folds[index] == fold:
                guesses[index] = weights.score(row.traits) > 0
    return guesses


def _folds(rows: Sequence[Labelled]) -> list[int]:
    """The fold of each row; rows that share a run of words are joined, also through others."""
    joined = list(range(len(rows)))

    def first(index: int) -> int:
        while joined[index] != index:
            joined[index] = joined[joined[index]]
            index = joined[index]
        return index

    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        words = re.findall(r"\w+", row.text.lower())
        for start in range(max(1, len(words) - _RUN + 1)):
            run = " ".join(words[start : start + _RUN])
            joined[first(index)] = first(seen.setdefault(run, index))
    return [zlib.crc32(rows[first(index)].text.encode()) % FOLDS for index in range(len(rows))]


def _f1(
    what: str, guesses: Sequence[bool], rows: Sequence[Labelled], note: str, *, is_the_score: bool = False
) -> Figure:
    found = [row.asks for row, guess in zip(rows, guesses, strict=True) if guess]
    right, asked = sum(found), sum(row.asks for row in rows)
    precision, recall = right / max(1, len(found)), right / max(1, asked)
    value = 100 * 2 * right / max(1, len(found) + asked)
    said = f"precision {precision:.0%}, recall {recall:.0%} of {asked} in {len(rows)} sentences; {note}"
    return Figure(what, value, "%", at_least(80) if is_the_score else None, said)
