"""Values of tables that a question names, and what is computed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.library import Library
from rag.schema import Answer, Verdict
from rag.settings import load_settings
from rag.store import Store

ACCOUNTS = """# Accounts

| Year | Net sales | Operating costs |
|-|-|-|
| 2015 | 107,006 | 98,770 |
| 2016 | 135,987 | 131,801 |
| 2017 | 177,866 | 173,760 |
"""
TOWNS = "Town,Staff 2010,Staff 2020\nPorto,120,150\nLyon,50,40\nGraz,30,10\n"
PROFITS = "company,profit\nRedco,(500)\nGrinco,300\nTealco,3\nBlueco,90000\n"
GEWICHTE = "Modell;Gewicht;Preis\nAlba;1.250 kg;1.299 €\nBorea;900 kg;2.499 €\nCirro;2.000 kg;5.100 €\n"
LONG = "country,small,large\nNorway,0.0000000000000000001,999999999999999\nSweden,1,2\nFinland,3,4\n"
FILIALEN = "Filiale;Umsatz\nHamburg;1.250,50 €\nBremen;800,25 €\nKiel;449,25 €\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("calculation")
    for name, text in (
        ("accounts.md", ACCOUNTS),
        ("towns.csv", TOWNS),
        ("filialen.csv", FILIALEN),
        ("profits.csv", PROFITS),
        ("gewichte.csv", GEWICHTE),
        ("long.csv", LONG),
    ):
        (folder / name).write_text(text, "utf-8")
    settings = load_settings(environment={})
    with Store.open(folder / "library") as store:
        opened = Library(store, settings)
        list(ingest_paths([folder], store, opened.embedder, settings))
        yield opened


def asked(library: Library, question: str) -> Answer:
    answer = library.ask(question, use_cache=False)
    for citation in answer.citations:
        assert library.text(citation.document_id)[citation.start : citation.end] == citation.quote
    return answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("By how much did net sales grow from 2016 to 2017?", "177,866 (2017) − 135,987 (2016) = 41,879."),
        (
            "By what percentage did net sales grow from 2016 to 2017?",
            "(177,866 (2017) − 135,987 (2016)) ÷ 135,987 = 30.8 %.",
        ),
        ("What was the ratio of net sales in 2017 to net sales in 2015?", "÷ 107,006 (2015) = 1.66."),
        ("How many percent higher were operating costs in 2017 than in 2016?", "÷ 131,801 = 31.8 %."),
        ("By what percentage did the staff of Lyon fall from 2010 to 2020?", "÷ 50 = −20 %."),
        ("What share of the staff 2020 works in Porto?", "150 (Porto) ÷ 200 (sum of 3) = 75 %."),
        (
            "Um wie viel höher ist der Umsatz in Hamburg als in Bremen?",
            "€ (Hamburg) − 800,25 € (Bremen) = 450,25 €.",
        ),
        (
            "Wie hoch ist der Umsatz von Bremen und Kiel zusammen?",
            "€ (Bremen) + 449,25 € (Kiel) = 1.249,50 €.",
        ),
        (
            "What is the difference between the profit of Redco and the profit of Grinco?",
            "300 (Grinco) − (500) (Redco) = 800.",
        ),
        ("What is the ratio of the profit of Tealco to the profit of Blueco?", "= 0.00003."),
        ("Wie viel wiegen Alba und Borea zusammen?", "1.250 kg (Alba) + 900 kg (Borea) = 2.150 kg."),
        ("Welchen Anteil am Umsatz hat Hamburg?", "÷ 2.500,00 € (Summe von 3) = 50 %."),
    ],
)
def test_it_is_computed_and_cited(library, question, told):
    answer = asked(library, question)
    assert answer.text.endswith(told)
    assert answer.verdict is Verdict.PIECED
    (step,) = answer.steps
    assert step.action == "calculate"
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert answer.table is not None
    for i, j in answer.table.lit:
        assert answer.table.rows[i][j] in quotes
        assert answer.table.rows[i][j] in answer.citations[answer.table.citations[i][j] - 1].quote
    assert len(answer.table.lit) == step.found


@pytest.mark.parametrize(
    "question",
    [
        "By how much did net sales grow from 2017 to 2018?",
        "By how much did dividends grow from 2016 to 2017?",
        "By what percentage did the staff of Madrid fall from 2010 to 2020?",
        "By what percentage did the staff of Porto grow from 2000 to 2020?",
        "Um wie viel höher ist der Umsatz in Hamburg als in Lübeck?",
        "What were the net sales of 2016?",
        "Were net sales higher in 2017 than in 2016?",
        "Why did net sales grow from 2016 to 2017?",
        "Wie groß ist der Unterschied zwischen dem Preis von Alba und dem Preis von Cirro?",
        "By how many percent is large higher than small in Norway?",
    ],
)
def test_what_lacks_a_value_or_asks_otherwise_is_not_computed(library, question):
    assert [step.action for step in asked(library, question).steps] != ["calculate"]
