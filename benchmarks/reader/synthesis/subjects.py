"""Questions about one subject's attribute, against windows of the same layout that do not hold the answer."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from benchmarks.reader.synthesis.layouts import LAYOUTS
from benchmarks.reader.synthesis.names import near_name
from benchmarks.reader.synthesis.templates import phrase
from benchmarks.reader.synthesis.values import Value
from benchmarks.reader.synthesis.window import Group, Window
from benchmarks.reader.synthesis.world import Attribute, Domain, Subject, World, ask, domains, sample_world

__all__ = ["near_miss", "reverse", "subject_group", "unanswerable"]


def _pool(heldout: bool) -> list[Domain]:
    return [d for d in domains().values() if d.heldout == heldout]


def _world(rng: Random, layout: str, domain: Domain, near: float, names: Sequence[str] = ()) -> World:
    _, _, counts, widths = LAYOUTS[layout]
    return sample_world(rng, domain, rng.randint(*counts), rng.randint(*widths), near, names)


def _without(world: World, subject: Subject, attribute: Attribute) -> World:
    """The world in which nothing is said of the subject's attribute."""
    bare = replace(subject, values={k: v for k, v in subject.values.items() if k != attribute.key})
    return replace(world, subjects=tuple(bare if s.name == subject.name else s for s in world.subjects))


def _others(rng: Random, world: World, subject: Subject, near: bool) -> World:
    """A world of the same kind without the subject, with a name nearly like it where wanted."""
    names: list[str] = []
    for _ in range(20):
        name = near_name(rng, subject.name)
        if near and name.lower() not in subject.name.lower() and subject.name.lower() not in name.lower():
            names = [name]
            break
    count = max(2, len(world.subjects))
    made = sample_world(rng, world.domain, count, 9, 0.2, names, keep=world)
    kept = tuple(s for s in made.subjects if not _alike(s.name, subject.name))
    return replace(made, subjects=kept) if kept else made


def _alike(one: str, other: str) -> bool:
    return one.lower() in other.lower() or other.lower() in one.lower()


def _negatives(
    rng: Random, layout: str, world: World, subject: Subject, attribute: Attribute, count: int, hard: bool
) -> list[Window]:
    windows: list[Window] = []
    for _ in range(count):
        roll = rng.random()
        other = layout if hard or rng.random() < 0.6 else rng.choice(list(LAYOUTS))
        if roll < 0.4 and len(world.attributes) > 1:
            again = sample_world(
                rng, world.domain, len(world.subjects), 9, 0.2, [s.name for s in world.subjects], keep=world
            )
            made = _without(again, subject, attribute)
        elif roll < 0.9 or hard:
            made = _others(rng, world, subject, near=rng.random() < 0.6)
        else:
            domain = rng.choice(_pool(world.domain.heldout))
            made = _world(rng, other, domain, 0.2)
            if domain.key == world.domain.key:
                made = _others(rng, world, subject, near=False)
        windows.append(LAYOUTS[other][0](rng, made))
    return windows


def _target(rng: Random, world: World) -> tuple[Subject, Attribute]:
    subject = rng.choice(world.subjects)
    return subject, rng.choice(world.attributes)


def subject_group(
    rng: Random, layout: str, heldout: bool, near: float = 0.25, kind: str = ""
) -> Group | None:
    """An answerable question for one subject's attribute, and up to three windows without the answer."""
    domain = rng.choice(_pool(heldout))
    world = _world(rng, layout, domain, near)
    subject, attribute = _target(rng, world)
    key = world.key(subject, attribute)
    windows = [LAYOUTS[layout][0](rng, world)]
    if not windows[0].holds(key):
        return None
    if rng.random() < 0.08:
        other = rng.choice(["prose", "form", "table", "directory"])
        windows.append(
            LAYOUTS[other][0](
                rng, replace(world, subjects=(subject, *_others(rng, world, subject, True).subjects))
            )
        )
    windows += _negatives(rng, layout, world, subject, attribute, rng.choice([0, 1, 1, 2, 2, 3]), hard=False)
    question = ask(rng, subject, attribute, domain)
    return Group(question, kind or LAYOUTS[layout][1], tuple(windows[:4]), key)


def unanswerable(rng: Random, layout: str, heldout: bool) -> Group | None:
    """The subject is there, others have the attribute, the subject has not."""
    domain = rng.choice(_pool(heldout))
    world = _world(rng, layout, domain, 0.3)
    if len(world.attributes) < 2 or len(world.subjects) < 2:
        return None
    subject, attribute = _target(rng, world)
    key = world.key(subject, attribute)
    windows = [LAYOUTS[layout][0](rng, _without(world, subject, attribute))]
    windows += _negatives(rng, layout, world, subject, attribute, rng.choice([0, 1, 1, 2]), hard=True)
    return Group(ask(rng, subject, attribute, domain), "unanswerable", tuple(windows), key)


_CODED = {
    "machine",
    "product",
    "part",
    "invoice",
    "order",
    "errorcode",
    "train",
    "room",
    "staff",
    "planet",
    "field",
    "salaries",
    "vehicle",
    "flat",
    "option",
    "rental",
    "clubs",
    "band",
    "match",
    "town",
    "medicine",
}


def near_miss(rng: Random, layout: str, heldout: bool) -> Group | None:
    """Names and numbers that differ in a digit or a letter; in half of the cases the one asked for is not there."""
    domain = rng.choice([d for d in _pool(heldout) if d.key in _CODED] or _pool(heldout))
    world = _world(rng, layout, domain, 0.85)
    subject, attribute = _target(rng, world)
    key = world.key(subject, attribute)
    answered = rng.random() < 0.5
    windows = [LAYOUTS[layout][0](rng, world)] if answered else []
    if answered and not windows[0].holds(key):
        return None
    for _ in range(rng.choice([1, 1, 2]) if answered else rng.choice([1, 2, 2, 3])):
        windows.append(LAYOUTS[layout][0](rng, _others(rng, world, subject, near=True)))
    return Group(ask(rng, subject, attribute, domain), "near_miss", tuple(windows), key)


def _same(one: Value, other: Value) -> bool:
    """Whether two values could be taken for the same, also in another notation or unit."""
    return one.text == other.text or (one.number is not None and one.number == other.number)


def reverse(rng: Random, heldout: bool) -> Group | None:
    """The row is asked for by one of its values."""
    layout = rng.choice(["table", "table", "table", "listing"])
    domain = rng.choice(_pool(heldout))
    world = _world(rng, layout, domain, 0.15)
    subject, attribute = _target(rng, world)
    wanted = subject.values[attribute.key]
    if any(s is not subject and _same(s.values[attribute.key], wanted) for s in world.subjects):
        return None
    key = f"{subject.name}/name"
    windows = [LAYOUTS[layout][0](rng, world)]
    others = _others(rng, world, subject, near=False)
    if any(_same(s.values[attribute.key], wanted) for s in others.subjects):
        return None
    if rng.random() < 0.7:
        windows.append(LAYOUTS[layout][0](rng, others))
    if rng.random() < 0.2:
        windows = windows[1:] or [LAYOUTS[layout][0](rng, others)]
    shown = wanted.other if wanted.other and rng.random() < 0.4 else wanted.text
    person = domain.names == "person"
    question = phrase(
        rng,
        rng.choice(
            [
                "Which {c} has (the|a) {n} (of|) {v}?",
                "(For which|With which) {c} is the {n} {v}?",
                "(Which|What) {c} (is listed|stands there) with {v} as (its |the |){n}?",
                "{n} {v}, which {c}(| is it)?",
                "Whose {n} is {v}?" if person else "Name the {c} (with|that has) the {n} {v}.",
                "(Find|Tell me) the {c} whose {n} is {v}.",
            ]
        ),
        c=world.column.lower().rstrip("."),
        n=rng.choice(attribute.nouns),
        v=shown,
    )
    return Group(question, "table", tuple(windows), key)
