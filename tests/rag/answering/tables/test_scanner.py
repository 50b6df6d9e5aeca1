"""Questions about all of a table or list: which records count, what is told, and when nothing is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.answering.events import Finished, SentenceReady
from rag.answering.tables import Scanned, Scanner, tell_scan
from rag.answering.tables.choices import Choice, Operation
from rag.answering.tables.table_records import Collection
from rag.library import Library
from rag.reading import CitationBook, read_question
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
TASKS = """who,what,by
Ruth,order ten new sails,5 May
Jon,mend the pontoon ladder,9 May
Mei,write to all members,5 May
"""
CHINESE_BOATS = """船名,泊位,长度,发动机,船长
阿尔玛,甲1,7.5,柴油,王芳
布里斯,甲2,11.2,无,李明
塞西莉,乙1,9.8,柴油,王芳
"""
DIESEL = {"list name", "engine: diesel"}
BERTH = {"look up name", "name: Alma", "tell berth"}


class TakingChooser:
    """Takes the choices that it is told to, by their texts, whatever the question."""

    def __init__(self, taken: set[str], sure: float = 8.0, right: float | None = None) -> None:
        self._taken, self._sure, self._right = taken, sure, right

    def logits(self, question: str, collection: Collection, choices: Sequence[Choice]) -> list[float]:
        """`sure` for what is taken, as much against the rest."""
        return [self._sure if choice.text in self._taken else -self._sure for choice in choices]

    def probability(self, operation: Operation, sureness: float) -> float:
        """What it is told to say, or that of the logits themselves."""
        return sureness if self._right is None else self._right


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("scan")
    (folder / "boats.csv").write_text(BOATS, "utf-8")
    (folder / "courses.md").write_text(COURSES, "utf-8")
    settings = load_settings(environment={}, overrides={"answering": {"cache": False}})
    embedder = HashingEmbedder()
    with Store.open(folder / "library") as store:
        results = list(ingest_paths([Path(folder)], store, embedder, settings))
        assert sum(result.status == "added" for result in results) == 2
        yield Library(store, settings, embedder)


def scanned(library: Library, question: str, taken: set[str], sure: float = 8.0) -> Scanned | None:
    passages = library.retriever.retrieve(question).passages
    return Scanner(library.store, TakingChooser(taken, sure)).scan(read_question(question), passages)


def told(library: Library, question: str, taken: set[str]) -> str:
    found = scanned(library, question, taken)
    assert found is not None
    names = {info.document_id: info.source for info in library.store.documents()}
    ready = next(tell_scan(read_question(question), found, CitationBook(library.store, names)))
    assert isinstance(ready, SentenceReady)
    return ready.sentence.text


@pytest.mark.parametrize(
    ("taken", "operation", "labels"),
    [
        (DIESEL, Operation.LIST, ["Alma", "Cecilie", "Esben"]),
        ({"count name", "engine: diesel"}, Operation.COUNT, ["Alma", "Cecilie", "Esben"]),
        ({"list name", "engine: not diesel"}, Operation.LIST, ["Bris", "Dagny"]),
        (
            {"list name", "engine: diesel", "engine: electric"},
            Operation.LIST,
            ["Alma", "Cecilie", "Dagny", "Esben"],
        ),
        ({"list name", "engine: not diesel", "engine: not electric"}, Operation.LIST, ["Bris"]),
        ({"list name", "engine: diesel", "skipper: Jon Lind"}, Operation.LIST, ["Esben"]),
        ({"list name", "length (m) over 9"}, Operation.LIST, ["Bris", "Cecilie", "Esben"]),
        ({"largest length (m)"}, Operation.LARGEST, ["Esben"]),
        ({"smallest length (m)", "engine: diesel"}, Operation.SMALLEST, ["Alma"]),
        ({"count name"}, Operation.COUNT, ["Alma", "Bris", "Cecilie", "Dagny", "Esben"]),
    ],
)
def test_the_records_that_count_are_found(
    library: Library, taken: set[str], operation: Operation, labels: list[str]
) -> None:
    bound = " longer than 9" if "length (m) over 9" in taken else ""
    found = scanned(library, f"Which boats{bound}?", taken)
    assert found is not None
    assert found.request.operation is operation
    assert [record.label for record in found.told] == labels
    assert found.coverage.read == found.coverage.of == 5


@pytest.mark.parametrize(
    ("question", "taken", "text"),
    [
        ("Which boats run on diesel?", DIESEL, "Alma, Cecilie, Esben (engine: diesel)."),
        ("How many?", {"count name", "engine: diesel"}, "3 of 5: Alma, Cecilie, Esben (engine: diesel)."),
        ("Who skippers?", DIESEL | {"tell skipper"}, None),
        ("Which boat is longest?", {"largest length (m)"}, "Esben, length (m): 14.0 (the largest of 5)."),
        ("Wie lang sind die Boote im Mittel?", {"average length (m)"}, "length (m): 9.72 (Mittel von 5)."),
        ("最长的船是哪一艘？", {"largest length (m)"}, "Esben, length (m): 14.0（5项中最大）。"),
        ("What do the boats' courses cost?", {"sum of Fee"}, "Fee: 425 euros (sum of 3)."),
        ("Which boats?", {"count name", "engine: diesel", "skipper: Mei Tanaka"}, None),
        ("Where is Alma moored?", BERTH, "Alma, berth: A1."),
        (
            "Wo liegt die Alma, wie lang ist sie?",
            BERTH | {"tell length (m)"},
            "Alma, berth: A1, length (m): 7.5.",
        ),
    ],
)
def test_what_is_told(library: Library, question: str, taken: set[str], text: str | None) -> None:
    expected = (
        text
        or {
            "Who skippers?": "Alma: Ruth Okafor, Cecilie: Ruth Okafor, Esben: Jon Lind (engine: diesel).",
            "Which boats?": "0 of 5 (engine: diesel; skipper: Mei Tanaka).",
        }[question]
    )
    assert told(library, question, taken) == expected


def test_a_list_that_nothing_meets_is_left_to_other_means(library: Library) -> None:
    assert scanned(library, "Which?", {"list name", "engine: diesel", "skipper: Mei Tanaka"}) is None


def test_a_row_that_is_named_is_looked_up_elsewhere(library: Library) -> None:
    assert scanned(library, "Where is Alma?", {"list name", "name: Alma", "tell berth"}) is None


def test_a_value_is_looked_up_in_one_record(library: Library) -> None:
    assert scanned(library, "Where is Alma?", BERTH) is not None
    assert scanned(library, "Where is Alma?", BERTH - {"tell berth"}) is None
    assert scanned(library, "Where are the boats?", {"look up name", "engine: diesel", "tell berth"}) is None


def test_a_value_is_told_from_the_row_that_would_be_quoted(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answered(library, "Welcher Platz gehört Alma?", BERTH, monkeypatch)
    assert answer.text == "Alma, berth: A1."
    assert answer.citations[0].quote.startswith("name: Alma; berth: A1")


@pytest.mark.parametrize(
    ("question", "taken"),
    [
        ("How many boats are diesel or electric?", {"count name", "engine: electric"}),
        ("Which boats are longer than Alma?", {"list name", "engine: diesel"}),
        ("Which boats are between 7 and 10 metres long?", {"list name", "length (m) at most 10"}),
        ("How many skippers have more than 1 boat?", {"count name"}),
    ],
)
def test_what_the_question_names_has_to_be_used(library: Library, question: str, taken: set[str]) -> None:
    assert scanned(library, question, taken) is None


def test_nothing_is_done_without_an_operation_or_without_sureness(library: Library) -> None:
    assert scanned(library, "Which boats run on diesel?", {"engine: diesel"}) is None
    assert scanned(library, "Which boats run on diesel?", DIESEL, sure=0.5) is None


def test_without_a_chooser_nothing_is_done(library: Library) -> None:
    passages = library.retriever.retrieve("Which boats run on diesel?").passages
    assert Scanner(library.store, None).scan(read_question("Which boats run on diesel?"), passages) is None


def answered(
    library: Library,
    question: str,
    taken: set[str],
    monkeypatch: pytest.MonkeyPatch,
    right: float | None = None,
) -> Answer:
    chooser = TakingChooser(taken, right=right)
    monkeypatch.setattr(library.answerer, "_scanner", Scanner(library.store, chooser))
    *_, last = library.answerer.stream(question)
    assert isinstance(last, Finished)
    return last.answer


def test_a_list_has_a_citation_for_each_row_and_a_table(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answered(library, "Which boats have a diesel engine?", DIESEL, monkeypatch)
    assert answer.text == "Alma, Cecilie, Esben (engine: diesel)."
    assert answer.verdict is Verdict.PIECED
    assert answer.confidence > 0.9
    assert [citation.quote.split(";")[0] for citation in answer.citations] == [
        f"name: {name}" for name in ("Alma", "Cecilie", "Esben")
    ]
    assert answer.table is not None
    assert answer.table.columns == ("name", "engine")
    assert answer.table.rows[2] == ("Esben", "diesel")
    assert answer.table.lit == ((0, 1), (1, 1), (2, 1))
    assert answer.coverage is not None
    assert answer.coverage.read == answer.coverage.of == 5
    for citation in answer.citations:
        assert library.store.text(citation.document_id, citation.start, citation.end) == citation.quote


def test_a_table_has_to_be_surer_where_the_best_evidence_is_in_another_document(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Which teacher gives the course in welding?"
    assert "Alma" not in answered(library, question, DIESEL, monkeypatch, right=0.7).text
    assert "Alma" in answered(library, question, DIESEL, monkeypatch, right=0.999).text


def test_of_what_no_record_meets_all_are_cited(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"count name", "engine: diesel", "skipper: Mei Tanaka"}
    answer = answered(library, "How many of Mei Tanaka's boats run on diesel?", taken, monkeypatch)
    assert len(answer.citations) == 5


def test_what_is_remembered_of_a_document_goes_when_the_library_changes(tmp_path: Path) -> None:
    boats = tmp_path / "boats.csv"
    settings = load_settings(environment={})
    with Store.open(tmp_path / "library") as store:
        library = Library(store, settings, HashingEmbedder())
        scanner = Scanner(store, TakingChooser({"list name", "skipper: Jon Lind"}))
        for text, count in ((BOATS, 2), (BOATS + "Freja,B4,8.0,diesel,Jon Lind\n", 3)):
            boats.write_text(text, "utf-8")
            list(ingest_paths([boats], store, library.embedder, settings))
            asked = "Which boats does Jon Lind skipper?"
            passages = library.retriever.retrieve(asked).passages
            for _ in range(2):
                found = scanner.scan(read_question(asked), passages)
                assert found is not None
                assert len(found.told) == count


def test_two_tables_that_say_otherwise_are_not_chosen_from(tmp_path: Path) -> None:
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    (tmp_path / "boats-2023.csv").write_text(BOATS, "utf-8")
    (tmp_path / "boats-2024.csv").write_text(BOATS.replace("B3,14.0,diesel", "B3,14.0,electric"), "utf-8")
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths(sorted(tmp_path.glob("*.csv")), store, embedder, settings))
        assert (
            scanned(Library(store, settings, embedder), "Which boats have a diesel engine?", DIESEL) is None
        )


def test_questions_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "船只.csv").write_text(CHINESE_BOATS, "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths([tmp_path / "船只.csv"], store, embedder, settings))
        library = Library(store, settings, embedder)
        assert (
            told(library, "哪些船用柴油？", {"list 船名", "发动机: 柴油"})
            == "阿尔玛、塞西莉（发动机: 柴油）。"
        )


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        (("5.", "7.", "9."), "21"),
        (("5", "7.5", "9.25"), "21.75"),
        (("1" + "0" * 40, "-1" + "0" * 40, "9"), ""),
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
        found = Scanner(store, TakingChooser({"sum of cost"})).scan(question, held)
        events = (
            None if found is None else tell_scan(question, found, CitationBook(store, {_only(store): "b"}))
        )
        ready = next(events) if events else None
        assert not total or (
            isinstance(ready, SentenceReady) and ready.sentence.text == f"cost: {total} (sum of 3)."
        )


def _only(store: Store) -> str:
    (info,) = store.documents()
    return info.document_id


def test_a_mean_has_no_digit_that_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "vans.csv").write_text("van,mileage\nA,38400\nB,121500\nC,12300\n", "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        assert len(list(ingest_paths([tmp_path / "vans.csv"], store, embedder, settings))) == 1
        library = Library(store, settings, embedder)
        text = told(library, "What is the average mileage of the vans?", {"average mileage"})
    assert text == "mileage: 57,400 (mean of 3)."


def test_every_planted_record_is_found(tmp_path: Path) -> None:
    rows = "\n".join(f"Item {i},{'red' if i % 7 == 0 else 'blue'},{i}" for i in range(1, 301))
    (tmp_path / "items.csv").write_text(f"item,colour,weight\n{rows}\n", "utf-8")
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        added = [r.status for r in ingest_paths([tmp_path / "items.csv"], store, embedder, settings)]
        assert added == ["added"]
        library = Library(store, settings, embedder)
        found = scanned(library, "How many items are red?", {"count item", "colour: red"})
    assert found is not None
    assert len(found.request.records) == 42
    assert found.coverage.of == 300


def test_a_list_tells_the_column_that_describes_its_rows(tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").write_text(TASKS, "utf-8")
    settings = load_settings(environment={}, overrides={"answering": {"cache": False}})
    embedder = HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        assert next(iter(ingest_paths([tmp_path / "tasks.csv"], store, embedder, settings))).status == "added"
        library = Library(store, settings, embedder)
        said = told(library, "Which tasks are due by 5 May?", {"list who", "by: 5 May"})
        assert said == "Ruth: order ten new sails, Mei: write to all members (by: 5 May)."


def test_what_is_called_by_its_label_is_not_compared_with_others(library: Library) -> None:
    assert scanned(library, "length of the Alma", {"largest length (m)"}) is None
    assert scanned(library, "the longest boat", {"largest length (m)"}) is not None
