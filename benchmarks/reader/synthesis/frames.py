"""Facts in running text: who did what, when, where, why and for how much, in sentences of many shapes."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.reader.synthesis.names import near_name, person, town
from benchmarks.reader.synthesis.noise import furniture, scatter
from benchmarks.reader.synthesis.templates import capital, expand, fill, words
from benchmarks.reader.synthesis.values import value
from benchmarks.reader.synthesis.window import Group, Window, mark

__all__ = ["Frame", "frame_group", "load_frames", "other_language_group", "prose_window"]


@dataclass(frozen=True)
class Frame:
    """A kind of fact: its slots, the sentences that tell of it, the questions for each slot."""

    key: str
    slots: dict[str, str]
    sentences: tuple[str, ...]
    questions: dict[str, tuple[str, ...]]
    heldout: bool
    language: str = "en"


@dataclass(frozen=True)
class Fact:
    """A frame with its values, told by one of its sentences."""

    frame: Frame
    values: dict[str, str]
    template: str

    @property
    def told(self) -> set[str]:
        return {slot for slot in self.frame.slots if "{" + slot + "}" in self.template}

    def key(self, slot: str) -> str:
        return f"{self.frame.key}/{self.values['x']}/{slot}"

    def sentences(self) -> list[str]:
        """The fact in one sentence or a few, its values marked except the subject."""
        filled = {s: v if s == "x" else mark(self.key(s), v) for s, v in self.values.items()}
        return [capital(fill(part.strip(), filled)) for part in self.template.split("||")]


@cache
def load_frames(name: str = "frames.txt") -> tuple[Frame, ...]:
    """The frames of a data file; a key such as `de.move` says which language it is in."""
    text = (Path(__file__).parent / "data" / name).read_text("utf-8")
    found = []
    for block in text.split("\n@ ")[1:]:
        head, *lines = [line for line in block.strip().split("\n") if not line.startswith("#")]
        slots = dict(line[2:].split(": ", 1) for line in lines if line.startswith("= "))
        questions: dict[str, list[str]] = {}
        for line in lines:
            if line.startswith("?"):
                slot, _, template = line[1:].partition(" ")
                questions.setdefault(slot, []).append(template)
        assert set(questions) <= set(slots), head
        sentences = tuple(line[2:] for line in lines if line.startswith(". "))
        language = head[:2] if head[2:3] == "." else "en"
        own = {slot: tuple(templates) for slot, templates in questions.items()}
        found.append(Frame(head.removesuffix("+"), slots, sentences, own, head.endswith("+"), language))
    return tuple(found)


def make_fact(rng: Random, frame: Frame, subject: str = "", told: str = "", untold: str = "") -> Fact | None:
    """A fact of the frame; `told` must be in its sentence, `untold` must not."""
    values = {slot: value(rng, spec).text for slot, spec in frame.slots.items()}
    if subject:
        values["x"] = subject
    fit = [expand(rng, rng.choice(frame.sentences)) for _ in range(12)]
    fit = [
        t for t in fit if (not told or "{" + told + "}" in t) and (not untold or "{" + untold + "}" not in t)
    ]
    if len(set(values.values())) < len(values) or not fit:
        return None
    return Fact(frame, values, rng.choice(fit))


def prose_window(rng: Random, facts: list[Fact], title: str, fillers: bool = True) -> Window:
    """Paragraphs that tell the facts one after the other, with sentences between that tell nothing asked for."""
    window = Window(title)
    if fillers:
        furniture(rng, window, 0.15, "news")
    headed = rng.random() < 0.3 and fillers
    for fact in facts:
        if headed:
            window.heading(rng.choice(_HEADINGS))
        if "; " in fact.template and "||" not in fact.template:
            window.lines(fact.sentences())
            continue
        texts = scatter(rng, fact.sentences(), 0.25) if fillers and rng.random() < 0.5 else fact.sentences()
        if rng.random() < 0.4 and not headed:
            window.join(texts)
        else:
            window.paragraph(texts)
    return window


_HEADINGS = """News|Notes|In brief|From the council|Announcements|Background|Good to know|From the departments|Next steps
|Report|Details|Remarks|This month|Decisions|Information|What happened|Other business|Chapter 2|Reminder""".replace(
    "\n", ""
).split("|")
_TITLES = """Newsletter {y}|Minutes of the meeting|House rules|Parish magazine|Annual report {y}|Company history|Bulletin
|Information for residents|Handbook|Project diary {y}|Local chronicle|Memo|Weekly report|Notes {y}|Guide for members
|Study summary|Circular {y}|Visitor information|Staff news > {y}|Handbook > General|Report > Summary""".replace(
    "\n", ""
).split("|")


def _title(rng: Random) -> str:
    return rng.choice(_TITLES).replace("{y}", str(rng.randint(2012, 2026)))


def _others(rng: Random, frames: tuple[Frame, ...], taken: set[str], count: int) -> list[Fact]:
    facts: list[Fact] = []
    for _ in range(count * 3):
        fact = make_fact(rng, rng.choice(frames))
        if fact and len(facts) < count and not any(_alike(fact.values["x"], t) for t in taken):
            taken.add(fact.values["x"])
            facts.append(fact)
    return facts


def _alike(one: str, other: str) -> bool:
    return one.lower() in other.lower() or other.lower() in one.lower()


def frame_group(rng: Random, heldout: bool, language: str = "en", kind: str = "prose") -> Group | None:
    """A question on one fact; other windows tell the same of others, or other things of the same subject."""
    every = load_frames() if language == "en" else load_frames("frames_other.txt")
    frames = tuple(f for f in every if f.heldout == heldout and f.language == language)
    if not frames:
        return None
    frame = rng.choice(frames)
    slot = rng.choice(list(frame.questions))
    fact = make_fact(rng, frame, told=slot)
    if fact is None:
        return None
    subject, same = fact.values["x"], [frame]
    question = fill(expand(rng, rng.choice(frame.questions[slot])), fact.values)
    english = language == "en"
    answered = rng.random() < 0.78
    windows = []
    if answered:
        rest = _others(rng, tuple(same * len(frames)) + frames, {subject}, rng.randint(1, 5))
        windows.append(_window(rng, [fact, *rest], english))
    for _ in range(rng.choice([0, 1, 1, 2, 3]) if answered else rng.choice([1, 1, 2, 3])):
        rest = _others(rng, tuple(same * len(frames)) + frames, {subject}, rng.randint(2, 5))
        roll = rng.random()
        if roll < 0.5 and (bare := make_fact(rng, frame, subject=subject, untold=slot)):
            rest.append(bare)
        elif roll < 0.8 and frame.slots["x"].startswith("name"):
            other = near_name(rng, subject)
            if not _alike(other, subject) and (close := make_fact(rng, frame, subject=other, told=slot)):
                rest.append(close)
        elif not any(f.frame.key == frame.key for f in rest) and (more := make_fact(rng, frame, told=slot)):
            rest += [more] if not _alike(more.values["x"], subject) else []
        if rest:
            windows.append(_window(rng, rest, english))
    if not windows:
        return None
    return Group(question, kind if answered else "unanswerable", tuple(windows[:4]), fact.key(slot))


_LANGUAGES = words("de de fr fr es es it it pt nl")


def other_language_group(rng: Random, heldout: bool) -> Group | None:
    """The same in German, French, Spanish, Italian, Portuguese or Dutch."""
    return frame_group(rng, heldout, rng.choice(_LANGUAGES), "other_language")


def _window(rng: Random, facts: list[Fact], english: bool) -> Window:
    title = _title(rng) if english else rng.choice([town(rng), person(rng), "Info 2024", "Bulletin"])
    return prose_window(rng, rng.sample(facts, len(facts)), title, fillers=english)
