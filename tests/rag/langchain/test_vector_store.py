"""The library as LangChain's `VectorStore`: the standard suite, and what it does not ask for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from ingest import ingest_paths
from ingest.pruning import prune_vanished
from rag.errors import ConfigurationError, EmptyDocumentError, UsageError
from rag.langchain import CitewellVectorStore
from rag.library import Library
from rag.models.langchain_embeddings import EmbedderEmbeddings, EmbeddingsEmbedder
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

PUMP = "Pump P-17 runs at 3 bar and moves 40 litres a minute."
VALVE = "Valve V-4 is closed by hand before the boiler is opened."
NOTES = {
    "source": "https://plant.example/notes_2021.html",
    "year": 2021,
    "tags": ["pump", "low"],
    "old": None,
}


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store, load_settings("default", {"ingest": {"workers": 1}}, {}), HashingEmbedder())


@pytest.fixture
def vectorstore(library: Library) -> CitewellVectorStore:
    return library.as_vector_store()


@pytest.mark.anyio
class TestStandard(VectorStoreIntegrationTests):
    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    def vectorstore(self, store: Store) -> Iterator[VectorStore]:
        embedder = EmbeddingsEmbedder(self.get_embeddings())
        yield Library(store, load_settings("default", {}, {}), embedder).as_vector_store()
        assert [check.name for check in store.check() if not check.ok] == []


def test_a_text_is_a_document_that_is_asked_cited_and_removed(
    library: Library, vectorstore: CitewellVectorStore
) -> None:
    vectorstore.add_texts([PUMP, VALVE], [NOTES, {}], ids=["p-17", "v-4"])
    (info,) = [info for info in library.documents() if info.title]
    assert (info.source, info.name, info.title) == ("text://p-17", "p-17", "notes 2021")
    answer = library.ask("At how many bar does pump P-17 run?")
    (citation, *_) = answer.citations
    assert citation.document_id == info.document_id
    assert library.text(info.document_id)[citation.start : citation.end] == citation.quote
    library.remove(["p-17"])
    assert vectorstore.get_by_ids(["p-17", "v-4"]) == [Document(id="v-4", page_content=VALVE)]
    assert all(check.ok for check in library.check())


def test_metadata_come_back_as_they_were_and_can_be_filtered_by(vectorstore: CitewellVectorStore) -> None:
    vectorstore.add_texts([PUMP, VALVE], [NOTES, {"year": "2021", "old": False}], ids=["p", "v"])
    assert vectorstore.get_by_ids(["p"])[0].metadata == NOTES

    def found(**wanted: object) -> set[str | None]:
        return {one.id for one in vectorstore.similarity_search("pump or valve", filter=wanted)}

    assert found(year=2021) == found(tags=["pump", "low"]) == found(old=None, year=2021) == {"p"}
    assert found(year="2021") == found(old=False) == {"v"}
    assert found() == {"p", "v"}
    assert found(year=1999) == found(nothing=None) == found(old=0) == set()
    for wrong in (lambda one: True, {"year": {"$gt": 3}}, {"$or": [{"year": 3}]}, {"year": float("nan")}):
        with pytest.raises(UsageError, match="a filter is"):
            vectorstore.similarity_search("pump", filter=wrong)  # type: ignore[arg-type]


def test_a_long_text_comes_back_whole_and_once(vectorstore: CitewellVectorStore) -> None:
    long = "\n\n".join(f"Note {n} of the pump tells that it ran for {n} hours that day." for n in range(200))
    vectorstore.add_texts([long, VALVE], ids=["long", "v"])
    assert vectorstore.library.store.chunk_count() > 10
    found = vectorstore.similarity_search("hours of the pump", k=2)
    assert [(one.id, one.page_content) for one in found] == [("long", long), ("v", VALVE)]


def test_scores_fall_and_a_text_is_nearest_to_itself(vectorstore: CitewellVectorStore) -> None:
    vectorstore.add_texts([PUMP, VALVE, "Lunch is at noon."])
    scored = vectorstore.similarity_search_with_score(PUMP, k=3)
    assert [score for _, score in scored] == sorted((score for _, score in scored), reverse=True)
    assert scored[0][0].page_content == PUMP
    assert scored[0][1] == pytest.approx(1.0, abs=1e-5)
    vector = [5 * value for value in vectorstore.embeddings.embed_query(PUMP)]
    assert vectorstore.similarity_search_by_vector(vector, k=3) == [one for one, _ in scored]
    relevant = vectorstore.similarity_search_with_relevance_scores(PUMP, k=3, score_threshold=0.9)
    assert [one.page_content for one, _ in relevant] == [PUMP]
    for wrong in ([1.0], [float("nan")] * 64):
        with pytest.raises(UsageError, match="64 finite numbers"):
            vectorstore.similarity_search_by_vector(wrong)


@pytest.mark.anyio
async def test_marginal_relevance_leaves_out_what_says_the_same(vectorstore: CitewellVectorStore) -> None:
    vectorstore.add_texts([PUMP, f"{PUMP} Pump.", f"{PUMP} Bar.", VALVE])
    near = vectorstore.max_marginal_relevance_search("pump at 3 bar", k=2, lambda_mult=1.0)
    apart = await vectorstore.amax_marginal_relevance_search("pump at 3 bar", k=2, lambda_mult=0.1)
    assert all("P-17" in one.page_content for one in near)
    assert apart[1].page_content == VALVE
    by_retriever = vectorstore.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.1})
    assert await by_retriever.ainvoke("pump at 3 bar") == apart


def test_files_are_found_beside_texts_and_stay_apart(
    library: Library, vectorstore: CitewellVectorStore, tmp_path: Path
) -> None:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "boiler.txt").write_text("The boiler holds nine hundred litres of water.")
    ingest = lambda: list(ingest_paths([folder], library.store, library.embedder, library.settings))  # noqa: E731
    assert [result.status for result in ingest()] == ["added"]
    vectorstore.add_texts([PUMP], ids=["p-17"])
    (found,) = vectorstore.similarity_search("litres of water in the boiler", k=1)
    assert found.metadata["title"] == "boiler"
    text = library.text(found.metadata["document_id"])
    assert text[found.metadata["start"] : found.metadata["end"]] == found.page_content
    assert vectorstore.get_by_ids([found.id, "p-17", "0123456789abcdef#9"])[0] == found
    assert vectorstore.similarity_search("pump", filter={"title": "boiler"}) == [found]
    with pytest.raises(UsageError, match="removed as a whole"):
        vectorstore.delete([found.id, "p-17"])

    (folder / "boiler.txt").unlink()
    assert [info.name for info in prune_vanished([folder, "/"], library.store)] == ["boiler.txt"]
    assert [one.id for one in vectorstore.get_by_ids(["p-17"])] == ["p-17"]
    vectorstore.delete(["", "x" * 300, "a\nb"])
    vectorstore.delete()
    assert library.documents() == []


def test_what_is_there_already_is_left_as_it_is(library: Library, vectorstore: CitewellVectorStore) -> None:
    vectorstore.add_texts([PUMP, VALVE], [{"n": 1}, {}], ids=["p", "v"])
    version = library.store.version
    assert vectorstore.add_texts([PUMP, VALVE], [{"n": 1}, {}], ids=["p", "v"]) == ["p", "v"]
    assert library.store.version == version
    vectorstore.add_documents([Document(id="p", page_content=PUMP, metadata={"n": 2})])
    vectorstore.add_texts([VALVE, PUMP], ids=["v", "v"])
    assert [(one.page_content, one.metadata) for one in vectorstore.get_by_ids(["p", "v"])] == [
        (PUMP, {"n": 2}),
        (PUMP, {}),
    ]


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth):
        value = {"in": value}
    return value


def test_what_cannot_be_kept_is_refused_before_anything_is_added(vectorstore: CitewellVectorStore) -> None:
    wrong: list[tuple[type[Exception], dict[str, object]]] = [
        (EmptyDocumentError, {"texts": [PUMP, " \n"]}),
        (UsageError, {"texts": [PUMP, VALVE], "ids": ["p"]}),
        (UsageError, {"texts": [PUMP], "metadatas": [{}, {}]}),
        (UsageError, {"texts": [PUMP, VALVE], "ids": ["p", "a\nb"]}),
        (UsageError, {"texts": [PUMP, VALVE], "ids": ["p", "x" * 201]}),
        (UsageError, {"texts": [PUMP], "metadatas": [{"when": object()}]}),
        (UsageError, {"texts": [PUMP], "metadatas": [nested(100_000)]}),
        (UsageError, {"texts": [PUMP], "metadatas": [["when"]]}),
        (UsageError, {"texts": [PUMP, None]}),
        (UsageError, {"texts": [PUMP.encode()]}),
        (UsageError, {"texts": [PUMP], "namespace": "plant"}),
        (UsageError, {"texts": PUMP}),
    ]
    for error, arguments in wrong:
        with pytest.raises(error):
            vectorstore.add_texts(**arguments)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="namespace"):
        vectorstore.similarity_search("pump", namespace="plant")
    with pytest.raises(UsageError, match="ids is a list"):
        vectorstore.delete("pump")  # type: ignore[arg-type]
    assert vectorstore.similarity_search("pump") == []


def test_a_text_is_cleaned_as_that_of_a_file(vectorstore: CitewellVectorStore) -> None:
    vectorstore.add_texts(["One.\r\nTwo.\u200b\U000e0041\U000e0042\fThree."], ids=["a"])
    assert vectorstore.get_by_ids(["a"])[0].page_content == "One.\nTwo.\fThree."
    store = vectorstore.library.store
    assert len(store.pages(store.resolve("a").document_id)) == 2


def test_it_is_made_from_texts_with_any_embeddings(tmp_path: Path) -> None:
    fake, path = DeterministicFakeEmbedding(size=8), tmp_path / "made"
    made = CitewellVectorStore.from_documents(
        [Document(id="p", page_content=PUMP), Document(page_content=VALVE)], fake, path=path
    )
    assert made.similarity_search(PUMP, k=1)[0].id == "p"
    made.library.store.close()
    with pytest.raises(ConfigurationError, match="DeterministicFakeEmbedding"):
        CitewellVectorStore.from_texts([PUMP], EmbedderEmbeddings(HashingEmbedder()), path=path)
    again = CitewellVectorStore.from_texts([VALVE], fake, ids=["v"], path=path)
    assert {one.id for one in again.get_by_ids(["p", "v"])} == {"p", "v"}
    again.library.store.close()


def test_langchains_own_indexing_keeps_it_in_step(vectorstore: CitewellVectorStore) -> None:
    from langchain_core.indexing import InMemoryRecordManager, index

    records = InMemoryRecordManager("plant")
    records.create_schema()

    def bring(*texts: str) -> tuple[int, int, int]:
        documents = [Document(page_content=text, metadata={"source": "plant"}) for text in texts]
        told = index(
            documents, records, vectorstore, cleanup="full", source_id_key="source", key_encoder="sha256"
        )
        return told["num_added"], told["num_skipped"], told["num_deleted"]

    assert bring(PUMP, VALVE) == (2, 0, 0)
    assert bring(PUMP, "Lunch is at noon.") == (1, 1, 1)
    held = {one.page_content for one in vectorstore.similarity_search("pump", k=9)}
    assert held == {PUMP, "Lunch is at noon."}


_ADDING = """
import sys
from pathlib import Path
from rag.langchain import CitewellVectorStore
from rag.models.langchain_embeddings import EmbedderEmbeddings
from tests.fakes import HashingEmbedder
store = CitewellVectorStore.from_texts([], EmbedderEmbeddings(HashingEmbedder()), path=Path(sys.argv[1]))
for n in range(10_000):
    store.add_texts([f"Note {n} tells of pump {n}. " * 40], [{"n": n}], ids=[f"note-{n}"])
    print(n, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs SIGKILL")
def test_what_was_added_before_a_kill_is_there_whole(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _ADDING, str(tmp_path / "killed")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(8)]
    os.kill(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.communicate()[0].split("\n") if line.strip()]
    with Store.open(tmp_path / "killed") as store:
        held = {info.source: json.loads(info.metadata["metadata"])["n"] for info in store.documents()}
        assert set(told) <= set(held.values()) <= set(range(len(told) + 1))
        assert all(f"Note {n} tells" in store.text(store.resolve(s).document_id) for s, n in held.items())
        assert all(check.ok for check in store.check())
