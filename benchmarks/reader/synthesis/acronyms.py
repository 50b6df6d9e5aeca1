"""Short forms and what they stand for, in running text and in lists."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.names import company, town
from benchmarks.reader.synthesis.noise import scatter
from benchmarks.reader.synthesis.templates import capital, phrase, words
from benchmarks.reader.synthesis.window import Group, Window, mark

__all__ = ["acronym_group"]

_FIRST = words("""central regional annual public digital general technical mobile common internal joint local mean maximum
basic emergency national open primary quality remote safety total urban visual water young advanced balanced critical
daily external financial heavy initial key light medical natural optical peak rapid standard thermal unified
volunteer wireless automatic biological chemical dynamic electronic federal""")
_SECOND = words("""risk energy data water health traffic building noise market storage process customer supply resource
student field image heat waste pressure travel learning language network soil light event order staff food sample
flight vehicle crop patient power harbour forest voice text flow stock""")
_LAST = words("""board index office unit rate agency system report plan programme test fund value register council scheme
level service commission analysis network model survey method gateway certificate exchange protocol team centre
ratio procedure monitor committee manual""")
_TOLD = [
    "The {long} [{short}] (meets twice a year|was set up last spring|is kept by the secretary|is published every month|has been in use for years).",
    "{short} (stands for|is short for|means|is the abbreviation of) {long}.",
    "(We use|The report uses|All sites use) the {short} [{long}] (to compare results|as a basis|for planning).",
    "The {short}, or {long}, (is updated yearly|was introduced in 2019|is described in annex B).",
    "The {short}, that is the {long}, (must be filed by May|covers all sites).",
    "(After|Before) the {long}, {short} for short, (was introduced|came into force), each office had its own rules.",
]
_PLAIN = [
    "The {short} (was discussed at length|is sent to all members|rose slightly|must be signed twice|applies to all sites).",
    "(Please consult|Nobody has seen|Everybody should know) the {short}.",
]
_ASK = """What does {short} (stand for|mean|mean in full)?|What is {short} (short for|the abbreviation of|an abbreviation for)?
|{short} (meaning|stands for|full form|abbreviation)|What is the (full|long) (form|name) of {short}?|Spell out {short}.
|(Expand|Explain|Write out) the (acronym|abbreviation) {short}.|What do the letters {short} (stand for|mean)?|What is the {short}?
|{short}?|How is {short} written in full?|What's meant by {short}?"""
_ASK_SHORT = [
    "What is the (abbreviation|acronym|short form) (for|of) (the |){long}?",
    "How is (the |){long} abbreviated?",
    "Which letters stand for (the |){long}?",
    "{long} abbreviation",
]


def _pair(rng: Random) -> tuple[str, str]:
    words = [rng.choice(_FIRST), rng.choice(_SECOND), rng.choice(_LAST)]
    if rng.random() < 0.25:
        words.insert(1, rng.choice(_FIRST))
    elif rng.random() < 0.25:
        words.pop(0)
    if rng.random() < 0.15:
        words = [words[-1], "of", *words[:-1]]
    short = "".join(w[0] for w in words if w != "of").upper()
    cased = (
        " ".join(w if w == "of" else w.capitalize() for w in words) if rng.random() < 0.5 else " ".join(words)
    )
    return short, cased


def acronym_group(rng: Random, heldout: bool) -> Group | None:
    """What a short form means, where the text says so; where it only uses it or has another, nothing."""
    pairs = dict(_pair(rng) for _ in range(rng.randint(2, 7)))
    short = rng.choice(list(pairs))
    listed = rng.random() < (1.0 if heldout else 0.45)
    backwards = rng.random() < 0.2
    key = f"{short}/{'short' if backwards else 'long'}"
    sign = rng.choice([": ", " – ", " = ", " - ", " … ", "\u2003"])
    form = rng.choice(["line", "row", "bullet"])

    def window(told: dict[str, str], hidden: list[str]) -> Window:
        made = Window(
            rng.choice(
                ["Abbreviations", "Report", "Guideline", company(rng), f"{town(rng)} > Planning", "Manual"]
            )
        )
        if listed:
            lines = []
            for s, long in told.items():
                a, b = mark(f"{s}/short", s), mark(f"{s}/long", long)
                lines.append(
                    f"Abbreviation: {a}; Meaning: {b}"
                    if form == "row"
                    else f"{'- ' if form == 'bullet' else ''}{a}{sign}{b}"
                )
            made.lines(sorted(lines))
            for s in hidden:
                made.line(phrase(rng, rng.choice(_PLAIN), short=s))
            return made
        texts = [
            phrase(rng, rng.choice(_TOLD), short=mark(f"{s}/short", s), long=mark(f"{s}/long", v))
            for s, v in told.items()
        ]
        texts += [phrase(rng, rng.choice(_PLAIN), short=s) for s in hidden]
        rng.shuffle(texts)
        made.paragraph([capital(t) for t in scatter(rng, texts, 0.3)])
        return made

    rest = {s: v for s, v in pairs.items() if s != short}
    answered = rng.random() < 0.75
    windows = (
        [window(pairs, [])] if answered else [window(rest, [short] if not backwards else [])] if rest else []
    )
    while len(windows) < 3 and rng.random() < 0.5:
        others = {
            s: v
            for s, v in (_pair(rng) for _ in range(3))
            if s != short and v.lower() != pairs[short].lower()
        }
        if others:
            windows.append(window(others, [short] if not backwards else []))
    if not windows:
        return None
    asked = rng.choice(_ASK_SHORT if backwards else _split(_ASK))
    return Group(phrase(rng, asked, short=short, long=pairs[short].lower()), "acronym", tuple(windows), key)


def _split(text: str) -> list[str]:
    """Templates parted by bars outside parentheses."""
    parts, depth = [""], 0
    for char in text.replace("\n", ""):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts
