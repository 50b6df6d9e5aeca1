"""Questions about all of a table or list: which records count, what is told, and when nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.answering.events import Finished
from rag.answering.scan import Scanned, Scanner
from rag.answering.scan.cues import Operation
from rag.answering.scan.values import number_of
from rag.attribution import read_question
from rag.library import Library
from rag.schema import Answer, Verdict
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

BOATS = """name,berth,length (m),engine,skipper
Alma,A1,7.5,diesel,Ruth Okafor
Bris,A2,11.2,none,Jon Lind
Cecilie,B1,9.8,diesel,Ruth Okafor
Dagny,B2,6.1,electric,Mei Tanaka
Esben,B3,14.0,diesel,Jon Lind
"""
COURSES = """# Evening courses

## Course Pottery

- Teacher: Ida Holm
- Status: open
- Fee: 120 euros

## Course Bookbinding

- Teacher: Paul Reyes
- Status: full
- Fee: 95 euros

## Course Welding

- Teacher: Ida Holm
- Status: open
- Fee: 210 euros
"""


SEEDS = """sort,year
Blue Lake,2024
Tall Telephone,2019
Lazy Wife,2021
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("scan")
    (folder / "boats.csv").write_text(BOATS, "utf-8")
    (folder / "seeds.csv").write_text(SEEDS, "utf-8")
    (folder / "courses.md").write_text(COURSES, "utf-8")
    settings = load_settings(environment={}, overrides={"answering": {"cache": False}})
    embedder = HashingEmbedder()
    with Store.open(folder / "library") as store:
        results = list(ingest_paths([Path(folder)], store, embedder, settings))
        assert sum(result.status == "added" for result in results) == 3
        yield Library(store, settings, embedder)


def scanned(library: Library, question: str) -> Scanned | None:
    passages = library.retriever.retrieve(question).passages
    return Scanner(library.store).scan(read_question(question), passages)


def test_what_is_remembered_of_a_document_goes_when_the_library_changes(tmp_path: Path) -> None:
    boats = tmp_path / "boats.csv"
    settings = load_settings(environment={})
    with Store.open(tmp_path / "library") as store:
        library = Library(store, settings, HashingEmbedder())
        scanner = Scanner(store)
        for text, count in ((BOATS, 2), (BOATS + "Freja,B4,8.0,diesel,Jon Lind\n", 3)):
            boats.write_text(text, "utf-8")
            list(ingest_paths([boats], store, library.embedder, settings))
            asked = "How many boats does Jon Lind skipper?"
            passages = library.retriever.retrieve(asked).passages
            for _ in range(2):
                found = scanner.scan(read_question(asked), passages)
                assert found is not None
                assert len(found.told) == count


def answered(library: Library, question: str) -> Answer:
    *_, last = library.answerer.stream(question)
    assert isinstance(last, Finished)
    return last.answer


@pytest.mark.parametrize(
    ("question", "operation", "labels"),
    [
        ("Which boats have a diesel engine?", Operation.LIST, ["Alma", "Cecilie", "Esben"]),
        ("How many boats have a diesel engine?", Operation.COUNT, ["Alma", "Cecilie", "Esben"]),
        ("List the boats of skipper Jon Lind", Operation.LIST, ["Bris", "Esben"]),
        ("Which boat has the greatest length?", Operation.LARGEST, ["Esben"]),
        ("Which seeds sort is the oldest?", Operation.SMALLEST, ["Tall Telephone"]),
        ("Which diesel boat has the smallest length?", Operation.SMALLEST, ["Alma"]),
        ("Which boats are not diesel?", Operation.LIST, ["Bris", "Dagny"]),
        ("Which courses are open?", Operation.LIST, ["Course Pottery", "Course Welding"]),
        ("How many courses are there?", Operation.COUNT, None),
        ("Which course is taught by Paul Reyes?", Operation.LIST, ["Course Bookbinding"]),
        ("What is the total fee of all courses?", Operation.SUM, None),
    ],
)
def test_the_records_that_count_are_found(
    library: Library, question: str, operation: Operation, labels: list[str] | None
) -> None:
    found = scanned(library, question)
    assert found is not None
    assert found.request.operation is operation
    if labels is not None:
        assert [record.label for record in found.told] == labels
    assert found.coverage.read == found.coverage.of == len(found.collection.records)


@pytest.mark.parametrize(
    "question",
    [
        "How many boats have a diesel engine and a kitchen?",
        "Which boats were built in Norway?",
        "What is the length of Alma?",
        "How many euros does Course Welding cost in winter?",
        "Who is the skipper of Bris?",
        "Why is Course Bookbinding full?",
    ],
)
def test_a_question_that_is_not_all_accounted_for_is_left(library: Library, question: str) -> None:
    assert scanned(library, question) is None


def test_a_count_is_the_length_of_the_list_with_a_citation_for_each(library: Library) -> None:
    answer = answered(library, "How many boats have a diesel engine?")
    assert answer.text == "3 of 5: Alma, Cecilie, Esben (engine: diesel)."
    assert answer.verdict is Verdict.PIECED
    assert [citation.quote.split(";")[0] for citation in answer.citations] == [
        f"name: {name}" for name in ("Alma", "Cecilie", "Esben")
    ]
    assert answer.table is not None
    assert answer.table.columns == ("name", "engine")
    assert answer.table.rows[2] == ("Esben", "diesel")
    assert answer.table.lit == ((0, 1), (1, 1), (2, 1))
    for citation in answer.citations:
        assert library.store.text(citation.document_id, citation.start, citation.end) == citation.quote


def test_sums_and_means_keep_the_unit(library: Library) -> None:
    assert answered(library, "What is the total fee of all courses?").text == "Fee: 425 euros (sum of 3)."
    assert answered(library, "What is the average length of the boats?").text.startswith("length (m): 9.72")


def test_every_planted_record_is_found(tmp_path: Path) -> None:
    rows = "\n".join(f"Item {i},{'red' if i % 7 == 0 else 'blue'},{i}" for i in range(1, 301))
    (tmp_path / "items.csv").write_text(f"item,colour,weight\n{rows}\n", "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        assert [r.status for r in ingest_paths([tmp_path / "items.csv"], store, embedder, settings)] == [
            "added"
        ]
        found = scanned(Library(store, settings, embedder), "How many items are red?")
    assert found is not None
    assert len(found.request.records) == 42
    assert found.coverage.of == 300


@pytest.mark.parametrize(
    ("value", "number"),
    [("1,204.5 t", 1204.5), ("12", 12.0), ("3,5 kg", 3.5), ("-4 °C", -4.0), ("none", None), ("2 to 3", None)],
)
def test_numbers_of_values(value: str, number: float | None) -> None:
    assert number_of(value) == number
