from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from rag.retrieval import as_langchain_retriever


def test_it_is_a_retriever_whose_documents_hold_what_a_citation_needs(retriever, town):
    wrapped = as_langchain_retriever(retriever, top_k=2)
    assert isinstance(wrapped, BaseRetriever)
    found = wrapped.invoke("When was the lighthouse of Harrow Point built?")
    assert len(found) == 2
    metadata = found[0].metadata
    assert metadata["source"] == "lighthouse.txt"
    assert town.text(metadata["document_id"], metadata["start"], metadata["end"]) == found[0].page_content


def test_it_stands_in_a_chain_and_keeps_to_its_documents(retriever, town):
    only = town.resolve("market.txt").document_id
    chain = as_langchain_retriever(retriever, documents=(only,)) | RunnableLambda(
        lambda documents: [document.metadata["source"] for document in documents]
    )
    assert chain.invoke("Where is the lighthouse?") == ["market.txt"]
