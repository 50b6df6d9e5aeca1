"""The reader that ships: it loads, fits the wheel, tells near misses apart, and its numbers stand still."""

from __future__ import annotations

import pytest

from rag.models import Window, load_readers
from rag.models.openvino_reader import OpenVinoReader
from rag.models.reader import Reader
from rag.resources import resource
from rag.settings import Settings


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_readers(Settings())[0]


@pytest.fixture(scope="module")
def of_many_languages() -> Reader:
    return load_readers(Settings())[1]


def window(context: str, *units: str, gap: str = "\n") -> Window:
    text, spans = context + "\n", []
    for unit in units:
        text += gap if spans else ""
        spans.append((len(text), len(text) + len(unit)))
        text += unit
    return Window(text, tuple(spans))


TOWNS = window(
    "Region > Towns",
    "Town: Belk; Mayor: Otto Kranz; River: Mure",
    "Town: Orn; Mayor: Ines Falk; River: Sall",
    "Town: Tarn; Mayor: Jonas Weil; River: Mure",
)
LIGHTHOUSE = window(
    "Lighthouses",
    "The lighthouse of Skerry Point was built in 1874 by the engineer Thomas Hale.",
    "It stands on a cliff above the bay.",
    "Its lamp can be seen from forty miles away.",
    gap=" ",
)


def test_it_takes_at_most_25_megabytes() -> None:
    assert sum(path.stat().st_size for path in resource("data", "reader").iterdir()) <= 25_000_000


@pytest.mark.parametrize(
    ("question", "read", "unit", "answer"),
    [
        ("Who is the mayor of Orn?", TOWNS, 1, "Ines Falk"),
        ("who built the lighthouse of skerry point", LIGHTHOUSE, 0, "Thomas Hale"),
        ("When was the lighthouse at Skerry Point built?", LIGHTHOUSE, 0, "1874"),
    ],
)
def test_it_finds_the_unit_and_the_short_answer(
    reader: Reader, question: str, read: Window, unit: int, answer: str
) -> None:
    (found,) = reader.read(question, [read])
    assert max(range(len(found.evidence)), key=found.evidence.__getitem__) == unit
    best = found.spans[0]
    assert answer in read.text[best.start : best.end]
    assert best.logit > found.null


def test_what_the_window_does_not_hold_scores_lower(reader: Reader) -> None:
    (held,) = reader.read("Who is the mayor of Orn?", [TOWNS])
    (not_held,) = reader.read("Who is the mayor of Wick?", [TOWNS])
    (elsewhere,) = reader.read("Who is the mayor of Orn?", [LIGHTHOUSE])
    assert held.answerable > not_held.answerable
    assert held.answerable > elsewhere.answerable + 2.0


def test_a_window_reads_the_same_beside_others(reader: Reader) -> None:
    alone = reader.read("Who built it?", [LIGHTHOUSE])
    beside = reader.read("Who built it?", [TOWNS, LIGHTHOUSE])
    assert beside[1] == alone[0]


def test_empty_and_overlong_texts_are_read(reader: Reader) -> None:
    long = window("", *(f"Sentence {number} says little of any use." for number in range(200)), gap=" ")
    empty, full = reader.read("what? " * 300, [Window("\n", ()), long])
    assert empty.evidence == ()
    assert empty.spans == ()
    assert full.evidence[0] > -10.0
    assert full.evidence[-1] == -10.0
    assert reader.read("Who?", []) == []


def test_it_reads_alike_with_and_without_bfloat16(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.openvino_reader._multiplies_bfloat16", lambda core: False)
    in_int8 = OpenVinoReader(resource("data", "reader"), 2)
    for question in ("Who is the mayor of Orn?", "Who built the lighthouse?", "When did it burn?"):
        for ours, theirs in zip(
            reader.read(question, [TOWNS, LIGHTHOUSE]),
            in_int8.read(question, [TOWNS, LIGHTHOUSE]),
            strict=True,
        ):
            assert ours.answerable == pytest.approx(theirs.answerable, abs=0.5)
            assert ours.evidence == pytest.approx(theirs.evidence, abs=0.7)


FERRY = window(
    "Fähren",
    "Die Fähre nach Orn legt um neun Uhr ab.",
    "Eine Fahrkarte kostet 14 Euro, für Kinder 6 Euro.",
    gap=" ",
)
PARKING = window("物业通知", "电梯将于6月8日停运检修。", "停车费每月210元。", gap="")


@pytest.mark.parametrize(
    ("question", "read", "unit"),
    [
        ("Was kostet die Fähre nach Orn?", FERRY, 1),
        ("When does the ferry to Orn leave?", FERRY, 0),
        ("去Orn的船票多少钱？", FERRY, 1),
        ("停车一个月多少钱？", PARKING, 1),
        ("Quand l'ascenseur sera-t-il arrêté ?", PARKING, 0),
        ("Who is the mayor of Orn?", TOWNS, 1),
    ],
)
def test_the_other_one_reads_other_languages_and_across_them(
    of_many_languages: Reader, question: str, read: Window, unit: int
) -> None:
    (found,) = of_many_languages.read(question, [read])
    assert max(range(len(found.evidence)), key=found.evidence.__getitem__) == unit
    (elsewhere,) = of_many_languages.read(question, [LIGHTHOUSE])
    assert found.answerable > elsewhere.answerable


def test_the_other_one_takes_at_most_17_megabytes() -> None:
    assert (
        sum(path.stat().st_size for path in resource("data", "reader_multilingual").iterdir()) <= 17_000_000
    )
