"""Two or three subjects and their values in one sentence, and sentences with a former and a present value."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.noise import scatter
from benchmarks.reader.synthesis.templates import capital, phrase
from benchmarks.reader.synthesis.values import Value, value
from benchmarks.reader.synthesis.window import Group, Window, mark
from benchmarks.reader.synthesis.world import Attribute, World, ask, domains, sample_world

__all__ = ["change_group", "pair_group"]

_JOINED = [
    "The {n} of {a} is {va}(, that of {b} {vb}| and that of {b} {vb}|, while {b} has {vb}|; for {b} it is {vb}).",
    "{a} has (a|the) {n} of {va}(, {b} of {vb}|, whereas {b} has {vb}| and {b} one of {vb}|, against {vb} for {b}).",
    "(The {ns} of {a} and {b} are|For {a} and {b}, the {ns} are) {va} and {vb}(, respectively|| respectively).",
    "{n}: {va} (for|with) {a}, {vb} (for|with) {b}.",
    "(While|Whereas) {a} has (a|the) {n} of {va}, {b} (has|comes to|stands at) {vb}.",
    "{a} [{n} {va}] and {b} [{vb}] are (compared|listed here|described below).",
    "{n}: {va} [{a}], {vb} [{b}].",
    "Compared with {b}, which has (a|the) {n} of {vb}, {a} has {va}.",
    "Unlike {a}, whose {n} is {va}, {b} has {vb}.",
    "{va} is the {n} of {a}; {b} has {vb}.",
]
_THREE = [
    "The {ns} of {a}, {b} and {c} are {va}, {vb} and {vc}(, respectively|).",
    "{a} has (a|the) {n} of {va}, {b} of {vb} and {c} of {vc}.",
    "{n}: {a} {va}, {b} {vb}, {c} {vc}.",
]


def _plural(noun: str) -> str:
    if " of " in noun:
        head, _, tail = noun.partition(" of ")
        return f"{_plural(head)} of {tail}"
    return (
        noun if noun.endswith("s") else noun[:-1] + "ies" if noun[-2:] in {"ty", "cy", "ry"} else noun + "s"
    )


def _tied(rng: Random, world: World, attribute: Attribute, count: int) -> str:
    """A sentence on `count` subjects, from the attribute's own sentences or a frame for two nouns."""
    chosen = rng.sample(world.subjects, count)
    if count == 2 and rng.random() < 0.4:
        first, second = (world.sentence(rng, s, attribute).rstrip(".") for s in chosen)
        joint = rng.choice([", ", " and ", "; ", ", while ", ", but ", ", whereas "])
        lower = second.startswith(("The ", "Some ", "A ", "About ", "If ", "With ", "In ", "At ", "For "))
        return capital(first) + joint + (second[0].lower() + second[1:] if lower else second) + "."
    noun = rng.choice(attribute.nouns)
    slots = {"n": noun, "ns": _plural(noun)}
    for letter, subject in zip("abc", chosen, strict=False):
        slots |= {letter: subject.mention, f"v{letter}": world.marked(subject, attribute)}
    return phrase(rng, rng.choice(_JOINED if count == 2 else _THREE), **slots)


def _window(rng: Random, world: World) -> Window:
    window = Window(world.title)
    texts = []
    for attribute in rng.sample(world.attributes, min(len(world.attributes), rng.randint(1, 3))):
        texts.append(
            _tied(rng, world, attribute, 3 if len(world.subjects) > 2 and rng.random() < 0.25 else 2)
        )
    window.paragraph(scatter(rng, texts, 0.4))
    return window


def pair_group(rng: Random, heldout: bool) -> Group | None:
    """The value of one of the subjects that share a sentence."""
    domain = rng.choice([d for d in domains().values() if d.heldout == heldout and d.key != "term"])
    world = sample_world(rng, domain, rng.randint(2, 4), rng.randint(1, 3), 0.3)
    if len(world.subjects) < 2:
        return None
    window = _window(rng, world)
    held = [(s, a) for s in world.subjects for a in world.attributes if window.holds(world.key(s, a))]
    subject, attribute = rng.choice(held)
    texts = [s.values[attribute.key].text for s in world.subjects]
    if len(set(texts)) < len(texts):
        return None
    windows = [window]
    for _ in range(rng.choice([0, 1, 1, 2])):
        names = [s.name for s in world.subjects if s is not subject]
        other = sample_world(rng, domain, len(world.subjects), 9, 0.3, names, keep=world)
        if len(other.subjects) > 1 and all(s.name != subject.name for s in other.subjects):
            windows.append(_window(rng, other))
    if len(windows) > 1 and rng.random() < 0.2:
        windows = windows[1:]
    return Group(
        ask(rng, subject, attribute, domain), "two_subjects", tuple(windows), world.key(subject, attribute)
    )


_CHANGED = [
    "The {n} of {s} (rose|fell|went|was raised|was changed|moved) from {old} to {new}( in {year}|).",
    "(Until {year}|Before|In the past), the {n} of {s} was {old}; (since then|now|today) it is {new}.",
    "The {n} of {s}, (formerly|once|previously) {old}, is (now|today|at present) {new}.",
    "(The {n}|As {n}) of {s} (was {old} in {year} and is {new} today|is {new}, after {old} in {year}).",
    "(In {year}|With the reform of {year}), {new} replaced {old} as the {n} of {s}.",
    "For {s}, {new} applies as {n} (instead of|and no longer) {old}.",
]
_ASK_NEW = [
    "What is the {n} of {s} (now|today|at present)?",
    "What is the (current|present|new) {n} of {s}?",
    "(new|current) {n} {s}",
    "To what did the {n} of {s} change?",
    "Which {n} does {s} have these days?",
]
_ASK_OLD = [
    "What (was|used to be) the {n} of {s} (before|in the past|formerly|earlier)?",
    "(old|former|previous) {n} {s}",
    "What was the (old|former|previous) {n} of {s}?",
    "Which {n} did {s} have (before the change|at first)?",
]


def change_group(rng: Random, heldout: bool) -> Group | None:
    """The value before or after a change, both told in one sentence."""
    fit = {
        "price",
        "fee",
        "rent",
        "budget",
        "employees",
        "members",
        "manager",
        "seat",
        "opening",
        "status",
        "version",
        "default",
        "limit",
        "interest",
        "stock",
        "mayor",
        "teacher",
        "room",
        "supplier",
        "capacity",
        "share",
        "owner",
        "captain",
        "director",
        "crew",
        "turnover",
        "notice",
        "warranty",
        "dose",
        "platform",
        "departure",
        "deadline",
    }
    choices = [
        (d, a) for d in domains().values() if d.heldout == heldout for a in d.attributes if a.key in fit
    ]
    domain, attribute = rng.choice(choices)
    world = sample_world(rng, domain, 3, 1, 0.3)
    noun, year = rng.choice(attribute.nouns), str(rng.randint(1998, 2025))
    texts, changes = [], []
    for subject in world.subjects:
        old, new = (value(rng, attribute.spec) for _ in range(2))
        texts.append(_told(rng, subject.mention, subject.name, noun, old, new, year))
        changes.append((subject, old, new))
    subject, old, new = rng.choice(changes)
    if old.text == new.text:
        return None
    is_new = rng.random() < 0.55
    window = Window(world.title)
    window.paragraph(scatter(rng, texts, 0.3))
    windows = [window]
    others = [t for t, (s, _, _) in zip(texts, changes, strict=True) if s is not subject]
    if others and rng.random() < 0.6:
        more = Window(world.title)
        more.paragraph(scatter(rng, others, 0.5))
        windows.append(more)
        if rng.random() < 0.15:
            windows = [more]
    mention = rng.choice(domain.mentions).replace("{x}", subject.name)
    question = phrase(rng, rng.choice(_ASK_NEW if is_new else _ASK_OLD), n=noun, s=mention)
    return Group(question, "two_subjects", tuple(windows), f"{subject.name}/{'new' if is_new else 'old'}")


def _told(rng: Random, mention: str, name: str, noun: str, old: Value, new: Value, year: str) -> str:
    return phrase(
        rng,
        rng.choice(_CHANGED),
        n=noun,
        s=mention,
        year=year,
        old=mark(f"{name}/old", old.text),
        new=mark(f"{name}/new", new.text),
    )
