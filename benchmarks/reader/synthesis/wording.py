"""Ways of asking: politeness, haste, lower case, typing errors."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.templates import words

__all__ = ["styled"]

_BEFORE = """Can you tell me|Could you tell me|Do you know|I would like to know|Please tell me|I'd like to know
|Do we know|Could you look up|I was wondering|Would you mind telling me|Can somebody tell me|I need to know"""
_OPENERS = """Hi,|Hello, a quick question:|Sorry to bother you, but|Quick one:|Just checking:|According to the document,
|Please:|From the text:|I have read the whole thing and still do not know:|My colleague wants to know:|One question,|So,
|Dear team,|In the attached file,|As per the document,|Hey,"""
_CLOSERS = [
    "Thanks!",
    "Please.",
    "Thank you.",
    "I need it today.",
    "Just the value.",
    "It is for a form.",
    "Thx",
]
_CONTRACTED = [
    ("What is", "What's"),
    ("Who is", "Who's"),
    ("Where is", "Where's"),
    ("When is", "When's"),
    ("do not", "don't"),
    ("I would", "I'd"),
    ("does not", "doesn't"),
    ("How is", "How's"),
]


def styled(rng: Random, question: str) -> str:
    """The question as someone else would type it; most stay as they are."""
    roll = rng.random()
    if roll < 0.5:
        return question
    if roll < 0.58:
        return _slip(rng, question)
    if roll < 0.72:
        return question.lower().rstrip("?." if rng.random() < 0.6 else ".")
    if roll < 0.78:
        for long, short in _CONTRACTED:
            question = question.replace(long, short)
        return question
    if roll < 0.88:
        opener = rng.choice(_OPENERS.replace("\n", "").split("|"))
        follows = opener[-1] == ":" or question.split(" ")[0] not in _ASKING
        return f"{opener} {question if follows else question[0].lower() + question[1:]}"
    if roll < 0.93:
        return f"{question} {rng.choice(_CLOSERS)}"
    if roll < 0.97:
        return _indirect(rng, question)
    if roll < 0.985:
        return question.rstrip("?.") + rng.choice(["??", "", " ?", "?!"])
    return question.upper()


_ASKING = set(
    words("""What What's Who When Where Which How Why Whose In On At By From To Until For Is Are Does Do Did Was
Were Can Tell Give Find Look Under Up Since With""")
)


def _indirect(rng: Random, question: str) -> str:
    before = rng.choice(_BEFORE.replace("\n", "").split("|"))
    words = question.rstrip("?.").split(" ")
    if words[0] in {"What", "Who", "Where", "When"} and len(words) > 2 and words[1] in {"is", "was", "are"}:
        turned = " ".join([words[0].lower(), *words[2:], words[1]])
        return f"{before} {turned}{'?' if before.split(' ')[0] in {'Can', 'Could', 'Do', 'Would'} else '.'}"
    return f"{before}: {question[0].lower()}{question[1:]}"


def _slip(rng: Random, question: str) -> str:
    """One or two typing errors in words of letters that are not names."""
    words = question.split(" ")
    fit = [i for i, w in enumerate(words) if len(w) > 4 and w.strip("?.,").isalpha() and w.islower()]
    for i in rng.sample(fit, min(len(fit), rng.choice([1, 1, 2]))):
        at = rng.randint(1, len(words[i]) - 3)
        word = words[i]
        words[i] = rng.choice(
            [
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
            ]
        )
    return " ".join(words)
