"""A small library on an imaginary town, in English and Chinese."""

from __future__ import annotations

import pytest

from rag.retrieval import HybridRetriever
from rag.settings import RetrievalSettings
from tests.fakes import add_to_store, document

TEXTS = {
    "lighthouse.txt": "The lighthouse of Harrow Point was built in 1821 by the engineer Elias Thorne.",
    "thorne.txt": "Elias Thorne was an engineer. He was born in the village of Nether Stowell.",
    "harbour.txt": "The harbour takes ships of forty metres. Harbour dues are paid at the quay.",
    "library.txt": "The public library opens at nine and closes at six, on Thursdays at nine in the evening.",
    "market.txt": "The market sells fish on Fridays and cheese on Saturdays.",
    "bakery.txt": "The bakery in Mill Lane bakes rye bread and poppy seed rolls.",
    "school.txt": "The school has two hundred pupils and a garden with old apple trees.",
    "bus.txt": "Bus 7 goes from the station to the harbour every twenty minutes.",
    "mill.txt": "The water mill grinds wheat from the valley. Its wheel is six metres high.",
    "weather.txt": "Rain falls on two hundred days of the year, most of it in November.",
    "museum.txt": "The museum shows maps of the coast and models of fishing boats.",
    "灯塔.txt": "灯塔建于1821年，由工程师设计。灯塔高三十米。",
    "图书馆.txt": "图书馆早上九点开门，晚上六点关门。",
}


@pytest.fixture
def town(store, embedder):
    for source, text in TEXTS.items():
        add_to_store(store, document(text, source), embedder)
    return store


@pytest.fixture
def retriever(town, embedder):
    return HybridRetriever(town, embedder, RetrievalSettings())
