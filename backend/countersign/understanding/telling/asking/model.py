"""Whether a sentence asks somebody to do something: a small linear model over the traits of the sentence.

Must not decide who is asked or what: `wanted` reads that from the words.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from countersign.understanding.telling.asking.traits import traits
from countersign.understanding.telling.asking.weights import BIAS, STEP, TABLE


@dataclass(frozen=True)
class Weights:
    """A trained model: a weight in steps for each trait that counts, what one step is worth, and the start."""

    steps: Mapping[int, int]
    step: float
    bias: float

    def score(self, sentence_traits: Sequence[int]) -> float:
        """Above 0 when the sentence rather asks for something; a sentence's length does not matter."""
        total = sum(self.steps.get(trait, 0) for trait in sentence_traits)
        return self.bias + self.step * total / math.sqrt(len(sentence_traits))


def asks_for_action(sentence: str) -> bool:
    """Whether the sentence asks for an action, an answer or a meeting; made for English."""
    return shipped().score(traits(sentence)) > 0


@cache
def shipped() -> Weights:
    """The weights that come with the product."""
    return Weights(unpacked(TABLE), STEP, BIAS)


def packed(steps: Mapping[int, int]) -> str:
    """Weights as ASCII: for each trait, ascending, the distance from the one before (7 bits a byte), then the steps."""
    out = bytearray()
    before = 0
    for trait in sorted(steps):
        distance, before = trait - before, trait
        while distance > 0x7F:
            out.append(0x80 | distance & 0x7F)
            distance >>= 7
        out += bytes((distance, steps[trait] & 0xFF))
    return base64.b85encode(bytes(out)).decode()


def unpacked(table: str) -> dict[int, int]:
    """The inverse of `packed`."""
    found: dict[int, int] = {}
    trait, distance, shift = 0, 0, 0
    numbers = iter(base64.b85decode(table))
    for number in numbers:
        distance |= (number & 0x7F) << shift
        shift += 7
        if number & 0x80:
            continue
        trait += distance
        steps = next(numbers)
        found[trait] = steps - 256 if steps > 127 else steps
        distance, shift = 0, 0
    return found
