"""What real extraction leaves in a text: page headers and footers, captions, footnotes, stray lines."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.names import company, person, town
from benchmarks.reader.synthesis.values import MONTHS, date_text
from benchmarks.reader.synthesis.window import Window

__all__ = ["FILLERS", "furniture", "scatter"]

FILLERS = """Please note that all information is given without guarantee.|This page was last checked by the office.
|Changes are possible at any time.|Further details can be found in the annex.|The list is updated twice a year.
|We thank all those who took part in the survey.|The text was shortened for this edition.|See also the next chapter.
|Ask at the desk if anything is unclear.|The committee took note of the report.|Members receive the bulletin by post.
|Old editions are kept in the archive.|The figures were rounded.|A map is enclosed.|The photographs were taken in spring.
|Visitors are asked to respect the rules of the house.|The minutes were approved without changes.
|Nothing in this leaflet replaces professional advice.|The weather was kind to us this year.|The work went on as planned.
|There were no further questions.|Coffee was served after the talk.|The editors welcome letters from readers.
|The next issue appears in autumn.|All rights reserved.|Those interested are welcome at any time.
|The building is being renovated in stages.|The appendix lists the sources.|Some numbers are provisional.""".replace(
    "\n", ""
).split("|")


def furniture(rng: Random, window: Window, chance: float, topic: str) -> None:
    """With `chance`, a line or two that belong to the page and not to its content."""
    if rng.random() > chance:
        return
    window.line(
        rng.choice(
            [
                f"Page {rng.randint(2, 80)} of {rng.randint(81, 140)}",
                f"Table {rng.randint(1, 14)}: {rng.choice(['Overview', 'List', 'Summary'])} of the {topic.lower()} entries",
                rng.choice(FILLERS),
                f"{company(rng)} – {rng.choice(['internal', 'confidential', 'draft', 'for members only'])}",
                f"As of {date_text(rng, rng.randint(2018, 2026), rng.randint(1, 12), rng.randint(1, 28))}",
                f"Printed in {rng.choice(MONTHS)} – {town(rng)}",
                f"{rng.randint(3, 99)}",
                f"Compiled by {person(rng)}",
                f"Fig. {rng.randint(1, 9)}. {rng.choice(['Site plan', 'View from the south', 'Cross-section'])}",
            ]
        )
    )


def scatter(rng: Random, texts: list[str], chance: float = 0.3) -> list[str]:
    """The sentences with a filler among them now and then."""
    out = list(texts)
    while rng.random() < chance:
        out.insert(rng.randint(0, len(out)), rng.choice(FILLERS))
    return out
