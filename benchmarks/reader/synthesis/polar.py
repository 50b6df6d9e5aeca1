"""Questions that want yes or no, and false premises: the sentence that settles them is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.reader.synthesis.noise import FILLERS
from benchmarks.reader.synthesis.templates import capital, phrase
from benchmarks.reader.synthesis.values import value
from benchmarks.reader.synthesis.window import Group, Window, mark
from benchmarks.reader.synthesis.world import domains, sample_world

__all__ = ["polar_group", "premise_group"]


@dataclass(frozen=True)
class Polar:
    """A matter that a text settles one way or the other, or mentions without settling it."""

    key: str
    slots: dict[str, tuple[str, ...]]
    settles: tuple[str, ...]
    idle: tuple[str, ...]
    questions: tuple[str, ...]
    heldout: bool

    def sentence(self, rng: Random, values: dict[str, str], settles: bool) -> str:
        """One that settles the matter, or one that does not."""
        text = capital(phrase(rng, rng.choice(self.settles if settles else self.idle), **values))
        return text + mark(f"{self.key}/{sorted(values.items())}") if settles else text

    def any_sentence(self, rng: Random, values: dict[str, str]) -> str:
        """One that mostly settles the matter."""
        return self.sentence(rng, values, rng.random() < 0.7)


@cache
def _polars() -> tuple[Polar, ...]:
    text = (Path(__file__).parent / "data" / "polar.txt").read_text("utf-8")
    found = []
    for block in text.split("\n@ ")[1:]:
        head, *lines = block.strip().split("\n")
        slots = {
            line[2:].split(": ")[0]: tuple(line.split(": ")[1].split("|")) for line in lines if line[0] == "="
        }
        settles, idle, asks = (
            tuple(x[2:].strip() for x in lines if x[0] in signs) for signs in ("+-", "0", "?")
        )
        found.append(Polar(head.removesuffix("+"), slots, settles, idle, asks, head.endswith("+")))
    return tuple(found)


def _values(rng: Random, polar: Polar) -> dict[str, str]:
    return {slot: rng.choice(options) for slot, options in polar.slots.items()}


def polar_group(rng: Random, heldout: bool) -> Group | None:
    """A matter settled in one window; others settle the same for something else, or only name it."""
    pool = [p for p in _polars() if p.heldout == heldout]
    polar = rng.choice(pool)
    asked = _values(rng, polar)
    key = f"{polar.key}/{sorted(asked.items())}"

    def window(settled: bool, idle: bool) -> Window:
        made = Window(
            rng.choice(
                [
                    "House rules",
                    "Information",
                    "Frequently asked questions",
                    "Guide",
                    "Terms",
                    "Letter to residents",
                ]
            )
        )
        texts = [polar.sentence(rng, asked, True)] if settled else []
        texts += [polar.sentence(rng, asked, False)] if idle else []
        for _ in range(rng.randint(1, 4)):
            other = polar if rng.random() < 0.4 else rng.choice(pool)
            values = _values(rng, other)
            if other is not polar or values["x"] != asked["x"]:
                texts.append(other.any_sentence(rng, values))
        texts += rng.sample(FILLERS, rng.randint(0, 2))
        rng.shuffle(texts)
        if rng.random() < 0.3:
            made.lines(f"{rng.choice(['- ', '• '])}{t}" for t in texts)
        else:
            made.paragraph(texts)
        return made

    answered = rng.random() < 0.66
    windows = [window(True, rng.random() < 0.3)] if answered else []
    windows += [
        window(False, rng.random() < 0.7)
        for _ in range(rng.choice([0, 1, 2]) if answered else rng.choice([1, 2]))
    ]
    question = phrase(rng, rng.choice(polar.questions), **asked)
    return Group(question, "yes_no", tuple(windows), key, short=False)


_TRUE = [
    "Is the {n} of {s} {v}?",
    "Is it true that the {n} of {s} is {v}?",
    "Is {v} the {n} of {s}?",
    "The {n} of {s} is {v}, right?",
    "Does {s} have (a|the) {n} of {v}?",
    "Am I right that {v} is the {n} of {s}?",
    "{s}: {n} {v}, correct?",
]
_FALSE = [
    "Why is the {n} of {s} {v}?",
    "Since when is the {n} of {s} {v}?",
    "Who decided that the {n} of {s} should be {v}?",
    "Why did they settle on {v} as the {n} of {s}?",
]


def premise_group(rng: Random, heldout: bool) -> Group | None:
    """A claim about a value that the text confirms or contradicts; the sentence with the value settles it."""
    domain = rng.choice([d for d in domains().values() if d.heldout == heldout])
    world = sample_world(rng, domain, rng.randint(2, 4), rng.randint(1, 3), 0.3)
    subject, attribute = rng.choice(world.subjects), rng.choice(world.attributes)
    right = subject.values[attribute.key].text
    wrong = value(rng, attribute.spec).text
    is_true = rng.random() < 0.5
    if not is_true and wrong == right:
        return None

    def window(skipped: bool) -> Window:
        made = Window(world.title)
        texts = [
            capital(world.sentence(rng, s, a))
            for s in world.subjects
            for a in world.attributes
            if not (skipped and s is subject and a is attribute)
        ]
        rng.shuffle(texts)
        made.paragraph([*texts, *rng.sample(FILLERS, 1)])
        return made

    windows = [window(False)] + [window(True) for _ in range(rng.choice([0, 1]))]
    if rng.random() < 0.2:
        windows = windows[1:] or [window(True)]
    asks = _TRUE if is_true or rng.random() < 0.6 else _FALSE
    question = phrase(
        rng, rng.choice(asks), n=rng.choice(attribute.nouns), s=subject.mention, v=right if is_true else wrong
    )
    key = world.key(subject, attribute)
    return Group(question, "yes_no", tuple(windows), key, short=False)
