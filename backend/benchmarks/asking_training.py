"""Trains the weights that tell a request for action from a statement, from sentences somebody else labelled.

    python -m benchmarks.asking_training --data FOLDER

writes `understanding/telling/asking/weights.py`. Logistic regression by AdaGrad over the product's own traits, the mean
of a few orders of the sentences; no clock and no random seed from outside, so that the same rows give the same file.
Traits seen once take part in training, where they absorb wrong labels, and are not shipped.
Must not be imported by the product.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from countersign.understanding.telling.asking.model import Weights, packed
from countersign.understanding.telling.asking.traits import traits
from tests.cluster import ROOT

SET = "parakweet_email_intent"
TARGET = ROOT / "backend/countersign/understanding/telling/asking/weights.py"
SHIPPED = 7000
ORDERS = 3
EPOCHS = 4
RATE = 0.5
SHRINK = 1e-4
ASKING_COUNTS = 1.4
"""A missed request weighs this much more than a false one: there are 1.3 statements for each request."""

_HEAD = '''\
"""Weights of `model`, written by `python -m benchmarks.asking_training`; not made by hand.

Must not be edited. Trained on the Parakweet email intent data set, Copyright 2014 Parakweet Labs, Apache License 2.0.
Source: https://github.com/ParakweetLabs/EmailIntentDataSet
"""
'''


@dataclass(frozen=True)
class Labelled:
    """One sentence as the model sees it, and whether somebody said that it asks for action."""

    text: str
    traits: list[int]
    asks: bool


def labelled(folder: Path) -> list[Labelled]:
    """The rows of the public set, in its order."""
    rows = [json.loads(line) for line in (folder / "sentences.jsonl").read_text("utf-8").splitlines()]
    return [Labelled(row["text"], traits(row["text"]), bool(row["intent"])) for row in rows]


def trained(rows: Sequence[Labelled]) -> Weights:
    """The weights these rows give; at most `SHIPPED`, in 127 steps."""
    sums: defaultdict[int, float] = defaultdict(float)
    bias = 0.0
    for order in range(1, ORDERS + 1):
        weights, start = _fitted(rows, random.Random(order))
        bias += start / ORDERS
        for trait, weight in weights.items():
            sums[trait] += weight / ORDERS
    seen = Counter(trait for row in rows for trait in row.traits)
    lasting = sorted(
        (trait for trait in sums if seen[trait] > 1), key=lambda trait: (-abs(sums[trait]), trait)
    )
    largest = max((abs(sums[trait]) for trait in lasting), default=0.0) or 1.0
    steps = {trait: round(sums[trait] / largest * 127) for trait in lasting[:SHIPPED]}
    return Weights({trait: count for trait, count in steps.items() if count}, largest / 127, bias)


def _fitted(rows: Sequence[Labelled], order: random.Random) -> tuple[dict[int, float], float]:
    weights = {trait: 0.0 for row in rows for trait in row.traits}
    squares = dict.fromkeys(weights, 1e-6)
    bias, bias_squares = 0.0, 1e-6
    turns = list(range(len(rows)))
    for _ in range(EPOCHS):
        order.shuffle(turns)
        for turn in turns:
            row = rows[turn]
            scale = 1 / math.sqrt(len(row.traits))
            total = bias + scale * sum([weights[trait] for trait in row.traits])
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - row.asks
            error *= ASKING_COUNTS if row.asks else 1
            bias_squares += error * error
            bias -= RATE * error / math.sqrt(bias_squares)
            for trait in row.traits:
                slope = error * scale + SHRINK * weights[trait]
                squares[trait] += slope * slope
                weights[trait] -= RATE * slope / math.sqrt(squares[trait])
    return weights, bias


def as_module(weights: Weights) -> str:
    """The file to ship."""
    table = packed(weights.steps)
    lines = [f'    "{table[start : start + 100]}"' for start in range(0, len(table), 100)]
    numbers = f"BIAS = {weights.bias!r}\nSTEP = {weights.step!r}\n"
    return "\n".join([_HEAD, f"{numbers}TABLE = (", *lines, ")", ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the file was written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking_training")
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    options = parser.parse_args(arguments)
    weights = trained(labelled(options.data / SET))
    TARGET.write_text(as_module(weights), encoding="utf-8")
    print(f"{len(weights.steps)} weights written to {TARGET.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
