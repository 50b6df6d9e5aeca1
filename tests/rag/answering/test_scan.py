"""Questions about all of a table or list: which records count, what is told, and when nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.answering.events import Finished, SentenceReady
from rag.answering.scan import Scanned, Scanner, tell_scan
from rag.answering.scan.cues import Operation
from rag.answering.scan.values import number_of
from rag.library import Library
from rag.reading import CitationBook, quotable_units, read_question
from rag.retrieval.passage_merging import to_passages
from rag.schema import Answer, Hit, Verdict
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


CHINESE_BOATS = """船名,泊位,长度,发动机,船长
阿尔玛,甲1,7.5,柴油,王芳
布里斯,甲2,11.2,无,李明
塞西莉,乙1,9.8,柴油,王芳
达格尼,乙2,6.1,电动,张伟
埃斯本,乙3,14.0,柴油,李明
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
        ("Which boats have no diesel engine?", Operation.LIST, ["Bris", "Dagny"]),
        ("Which boats have no engine?", Operation.LIST, ["Bris"]),
        ("Which boats does Jon Lind not skipper?", Operation.LIST, ["Alma", "Cecilie", "Dagny"]),
        ("Which boats aren't skippered by Jon Lind or Mei Tanaka?", Operation.LIST, ["Alma", "Cecilie"]),
        ("How many boats are diesel or electric?", Operation.COUNT, ["Alma", "Cecilie", "Dagny", "Esben"]),
        ("How many of the diesel boats are electric?", Operation.COUNT, []),
        ("How many boats are neither diesel nor electric?", Operation.COUNT, ["Bris"]),
        ("Which boats are longer than 9 m?", Operation.LIST, ["Bris", "Cecilie", "Esben"]),
        ("How many boats have a length of at most 7.5?", Operation.COUNT, ["Alma", "Dagny"]),
        ("Which boats have a length between 7 and 10 metres?", Operation.LIST, ["Alma", "Cecilie"]),
        ("Which boat is the longest?", Operation.LARGEST, ["Esben"]),
        ("Which seeds are newer than 2020?", Operation.LIST, ["Blue Lake", "Lazy Wife"]),
        ("Which is the newest seeds sort?", Operation.LARGEST, ["Blue Lake"]),
        ("How much do all courses cost in total?", Operation.SUM, None),
        ("Which courses are open?", Operation.LIST, ["Course Pottery", "Course Welding"]),
        ("How many courses are there?", Operation.COUNT, None),
        ("Which course is taught by Paul Reyes?", Operation.LIST, ["Course Bookbinding"]),
        ("What is the total fee of all courses?", Operation.SUM, None),
        ("What's the average fee of the open courses?", Operation.MEAN, ["Course Pottery", "Course Welding"]),
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
    ("costs", "total"),
    [
        (("5.", "7.", "9."), "21"),
        (("5", "7.5", "9.25"), "21.75"),
        (("1" + "0" * 40, "-1" + "0" * 40, "9"), ""),
        (("1" + "0" * 308, "1" + "0" * 308, "9"), ""),
        (("1" + "0" * 400, "-1" + "0" * 400, "9"), ""),
    ],
)
def test_odd_numbers_end_no_question(tmp_path: Path, costs: tuple[str, ...], total: str) -> None:
    rows = "".join(f"{name},{cost}\n" for name, cost in zip(("Alma", "Bris", "Esben"), costs, strict=True))
    (tmp_path / "boats.csv").write_text(f"name,cost\n{rows}", "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths([tmp_path / "boats.csv"], store, embedder, settings))
        held = to_passages(store, [Hit(c.chunk_id, 1.0) for c in store.document_chunks(_only(store))], {})
        question = read_question("What is the total cost?")
        found = Scanner(store).scan(question, held)
        assert (found is not None) is bool(total)
        if found is not None:
            events = tell_scan(question, found, CitationBook(store, {_only(store): "boats.csv"}))
            ready = next(events)
            assert isinstance(ready, SentenceReady)
            assert ready.sentence.text == f"cost: {total} (sum of 3)."


def _only(store: Store) -> str:
    (info,) = store.documents()
    return info.document_id


def test_a_long_question_is_no_question_about_a_table(library: Library) -> None:
    assert scanned(library, "How many boats are diesel" + " or diesel" * 20 + "?") is not None
    assert scanned(library, "How many boats are diesel" + " or diesel" * 200 + "?") is None


@pytest.mark.parametrize(
    "question",
    [
        "How many boats have a diesel engine and a kitchen?",
        "How many children has Jon Lind?",
        "How many accidents did Ruth Okafor have?",
        "How many boats did Jon Lind sell?",
        "Which boats have a diesel heater?",
        "Which boats are diesel or skippered by Mei Tanaka?",
        "Which boats are not insured?",
        "Which boats are longer than 9 feet?",
        "Which boats are longer than Alma?",
        "Which boat is the cheapest?",
        "How many skippers have more than 1 boat?",
        "Who has the most boats?",
        "How many boats does each skipper have?",
        "Which boats were sold before 2020?",
        "Which boats are diesel, and who skippers them?",
        "Which boats were built in Norway?",
        "What is the length of Alma?",
        "How many euros does Course Welding cost in winter?",
        "Who is the skipper of Bris?",
        "Why is Course Bookbinding full?",
    ],
)
def test_a_question_that_is_not_all_accounted_for_is_left(library: Library, question: str) -> None:
    assert scanned(library, question) is None


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("哪些船只的发动机是柴油？", ["阿尔玛", "塞西莉", "埃斯本"]),
        ("有多少个船只的船长是王芳？", ["阿尔玛", "塞西莉"]),
        ("哪个船名的长度最大？", ["埃斯本"]),
        ("哪些船只不是柴油？", None),
        ("哪些船只没有发动机？", None),
        ("哪些船只的长度超过8？", None),
        ("王芳有多少个孩子？", None),
    ],
)
def test_questions_in_chinese(tmp_path: Path, question: str, labels: list[str] | None) -> None:
    (tmp_path / "船只.csv").write_text(CHINESE_BOATS, "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths([tmp_path / "船只.csv"], store, embedder, settings))
        found = scanned(Library(store, settings, embedder), question)
    assert labels == (found and [record.label for record in found.told])


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


def test_of_what_no_record_meets_all_are_cited(library: Library) -> None:
    answer = answered(library, "How many of the diesel boats are electric?")
    assert answer.text == "0 of 5 (engine: diesel; engine: electric)."
    assert len(answer.citations) == 5


@pytest.mark.parametrize(
    "asked",
    [
        "Which boats have a diesel motor?",
        "How many ships run on diesel?",
        "List all boats with a diesel engine",
    ],
)
def test_some_rows_of_a_kind_are_completed_to_all(library: Library, asked: str) -> None:
    question = read_question(asked)
    passages = library.retriever.retrieve(question.text).passages
    found = [unit for unit in quotable_units(passages) if unit.text.startswith("name: Esben")]
    completed = Scanner(library.store).completed(question, found)
    assert completed is not None
    assert [unit.text[6:].split(";")[0] for unit in completed.units] == ["Alma", "Cecilie", "Esben"]
    assert completed.coverage.read == 5


@pytest.mark.parametrize(
    "asked",
    [
        "Which boats does Lind skipper?",  # nobody is named as the table does
        "Which diesel boats does Okafor skipper?",  # the word left over selects too
        "Which diesel boats are red and fast?",
        "Who is the skipper of Esben?",
    ],
)
def test_rows_are_not_completed_where_more_is_asked(library: Library, asked: str) -> None:
    passages = library.retriever.retrieve(asked).passages
    found = [unit for unit in quotable_units(passages) if unit.text.startswith("name: Esben")]
    assert Scanner(library.store).completed(read_question(asked), found) is None


def test_an_answer_of_all_rows_says_how_much_was_read(library: Library) -> None:
    answer = answered(library, "Which boats have a diesel motor?")
    assert [f"{name};" in answer.text for name in ("Alma", "Cecilie", "Esben")] == [True] * 3
    assert answer.coverage is not None
    assert answer.coverage.read == answer.coverage.of == 5


def test_two_tables_that_say_otherwise_are_not_chosen_from(tmp_path: Path) -> None:
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    (tmp_path / "boats-2023.csv").write_text(BOATS, "utf-8")
    (tmp_path / "boats-2024.csv").write_text(BOATS.replace("B3,14.0,diesel", "B3,14.0,electric"), "utf-8")
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths(sorted(tmp_path.glob("*.csv")), store, embedder, settings))
        library = Library(store, settings, embedder)
        assert scanned(library, "How many boats have a diesel engine?") is None


def test_sums_and_means_keep_the_unit(library: Library) -> None:
    assert answered(library, "What is the total fee of all courses?").text == "Fee: 425 euros (sum of 3)."
    assert answered(library, "What is the average length of the boats?").text.startswith("length (m): 9.72")


def test_a_mean_has_no_digit_that_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "vans.csv").write_text("van,mileage\nA,38400\nB,121500\nC,12300\n", "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        assert len(list(ingest_paths([tmp_path / "vans.csv"], store, embedder, settings))) == 1
        told = answered(Library(store, settings, embedder), "What is the average mileage of the vans?")
    assert told.text == "mileage: 57,400 (mean of 3)."


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
