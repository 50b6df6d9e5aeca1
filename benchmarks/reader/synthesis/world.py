"""Domains and their attributes, read from the data files, and samples of them: subjects with values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.reader.synthesis.names import NAMES, near_name
from benchmarks.reader.synthesis.templates import capital, expand, fill, phrase
from benchmarks.reader.synthesis.values import Value, value
from benchmarks.reader.synthesis.window import mark

__all__ = ["Attribute", "Domain", "Subject", "World", "ask", "attributes", "domains", "sample_world"]

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Attribute:
    """What one can ask of a subject: labels in forms, nouns, questions, sentences with and without it."""

    key: str
    spec: str
    labels: tuple[str, ...]
    nouns: tuple[str, ...]
    questions: tuple[str, ...]
    sentences: tuple[str, ...]
    fragments: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """A kind of document: what its subjects are called and which attributes they have."""

    key: str
    names: str
    mentions: tuple[str, ...]
    headings: tuple[str, ...]
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    heldout: bool


@dataclass(frozen=True)
class Subject:
    """One subject: its name, how this document's sentences and headings write it, and its values."""

    name: str
    mention: str
    heading: str
    values: dict[str, Value]


@dataclass(frozen=True)
class World:
    """The subjects of one document with the attributes that it tells of."""

    domain: Domain
    title: str
    column: str
    labels: dict[str, str]
    attributes: tuple[Attribute, ...]
    subjects: tuple[Subject, ...]

    def key(self, subject: Subject, attribute: Attribute) -> str:
        """What marks this subject's value of the attribute."""
        return f"{subject.name}/{attribute.key}"

    def marked(self, subject: Subject, attribute: Attribute, bare: bool = False) -> str:
        """The value with its mark; `bare` without its unit."""
        held = subject.values[attribute.key]
        return mark(self.key(subject, attribute), held.bare if bare else held.text)

    def sentence(self, rng: Random, subject: Subject, attribute: Attribute) -> str:
        """A sentence that names the subject."""
        template = expand(rng, rng.choice(attribute.sentences))
        return fill(template, {"s": subject.mention, "v": self.marked(subject, attribute)})

    def fragment(self, rng: Random, subject: Subject, attribute: Attribute) -> str:
        """A sentence that does not name the subject."""
        template = expand(rng, rng.choice(attribute.fragments))
        text = (
            fill(template, {"v": self.marked(subject, attribute)})
            if "{v}" in template
            else (template.removesuffix(".") + " " + self.marked(subject, attribute))
        )
        return capital(text if text.endswith(".") else text + ".")


@cache
def attributes() -> dict[str, Attribute]:
    """All attributes by key."""
    found: dict[str, Attribute] = {}
    for block in _read("attributes.txt").split("\n@ ")[1:]:
        head, *lines = block.strip().split("\n")
        key, _, spec = (part.strip() for part in head.partition("|"))
        rows = {sign: tuple(x[2:].strip() for x in lines if x[0] == sign) for sign in "?.~"}
        labels, nouns = (
            next(tuple(part.strip() for part in x[2:].split(";")) for x in lines if x[0] == sign)
            for sign in "ln"
        )
        fragments = tuple(x if "{v}" in x else x.removesuffix(".") + " {v}." for x in rows["~"])
        found[key] = Attribute(key, spec, labels, nouns, rows["?"], rows["."], fragments)
    return found


@cache
def domains() -> dict[str, Domain]:
    """All domains by key."""
    found = {}
    for line in _read("domains.txt").split("\n"):
        if line.startswith("#") or not line.strip():
            continue
        key, names, mentions, headings, columns, titles, keys = (part.strip() for part in line.split(" | "))
        name = key.removesuffix("+")
        split = [
            tuple(part.strip() for part in text.split(";")) for text in (mentions, headings, columns, titles)
        ]
        own = tuple(_attribute(k) for k in keys.split())
        found[name] = Domain(name, names, *split, own, key.endswith("+"))
    return found


def _attribute(text: str) -> Attribute:
    """`key` or `key[specification_of_the_values]`, where a domain's values are of another size."""
    key, _, spec = text.rstrip("]").partition("[")
    found = attributes()[key]
    return replace(found, spec=spec.replace("_", " ")) if spec else found


@cache
def _read(name: str) -> str:
    return (_DATA / name).read_text("utf-8")


def sample_world(
    rng: Random,
    domain: Domain,
    count: int,
    width: int,
    near: float = 0.3,
    names: Sequence[str] = (),
    keep: World | None = None,
) -> World:
    """A document's subjects, `count` of them with `width` attributes; with `near`, names that are alike.

    Args:
        rng: The source of chance.
        domain: What kind of subjects.
        count: How many of them, at most.
        width: How many attributes, at most.
        near: How often a name is made from one that is there already.
        names: Names that the document has, more are made up.
        keep: A document whose title, labels and ways of writing names this one shares.
    """
    taken = list(dict.fromkeys(names))
    tries = 0
    while len(taken) < count and tries < 200:
        tries += 1
        name = (
            near_name(rng, rng.choice(taken)) if taken and rng.random() < near else NAMES[domain.names](rng)
        )
        if all(name.lower() not in other.lower() and other.lower() not in name.lower() for other in taken):
            taken.append(name)
    if keep is None:
        own = tuple(rng.sample(domain.attributes, min(width, len(domain.attributes))))
        column = rng.choice(domain.columns)
        labels = _labels(rng, own, column)
        own = tuple(a for a in own if a.key in labels)
        mention, heading = rng.choice(domain.mentions), rng.choice(domain.headings)
        title = rng.choice(domain.titles).replace("{y}", str(rng.randint(2012, 2026)))
    else:
        own, labels, title, column = keep.attributes, keep.labels, keep.title, keep.column
        mention, heading = rng.choice(domain.mentions), rng.choice(domain.headings)
    subjects = []
    for name in taken:
        held = {a.key: value(rng, a.spec) for a in own}
        said = mention.replace("{x}", name)
        said = said.replace("the the ", "the ").replace("room room", "room")
        subjects.append(Subject(name, said, capital(heading.replace("{x}", name)), held))
    return World(domain, title, column, labels, own, tuple(subjects))


def _labels(rng: Random, own: Sequence[Attribute], column: str) -> dict[str, str]:
    """A label for each attribute, no two alike; an attribute is left out if all its labels are taken."""
    labels: dict[str, str] = {}
    for a in own:
        taken = {column.lower(), *(label.lower() for label in labels.values())}
        free = [label for label in a.labels if label.lower() not in taken]
        if free:
            labels[a.key] = rng.choice(free)
    return labels


def ask(rng: Random, subject: Subject, attribute: Attribute, domain: Domain) -> str:
    """A question for the attribute of the subject, in one of many wordings."""
    mention = rng.choice(domain.mentions).replace("{x}", subject.name).replace("room room", "room")
    noun = rng.choice(attribute.nouns)
    roll = rng.random()
    if roll < 0.6:
        return phrase(rng, rng.choice(attribute.questions), s=mention)
    if roll < 0.82:
        template = rng.choice(
            [
                "(What is|What's) the {n} (of|for) {s}?",
                "What {n} does {s} have?",
                "{n} of {s}?",
                "(Tell me|Give me|Find|I need|Look up) the {n} (of|for) {s}.",
                "What (is|was) given as the {n} of {s}?",
                "(Which|What) {n} is (listed|given|stated) for {s}?",
                "What does it say about the {n} of {s}?",
            ]
        )
    else:
        template = rng.choice(["{x} {n}", "{n} {x}", "{x}: {n}?", "{n} for {x}", "{s}, {n}?"])
    return phrase(rng, template, s=mention, n=noun, x=subject.name)
