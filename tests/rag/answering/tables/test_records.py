"""Tables and lists of documents as records."""

from __future__ import annotations

from pathlib import Path

from ingest import ingest_paths
from rag.answering.tables.columns import Holds
from rag.answering.tables.table_records import Collection, collections_of, turned
from rag.reading import quotable_units
from rag.retrieval.passage_merging import to_passages
from rag.schema import Hit
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder


def collections(tmp_path: Path, name: str, text: str) -> list[Collection]:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, "utf-8")
    with Store.open(tmp_path / "library") as store:
        list(ingest_paths([tmp_path / name], store, HashingEmbedder(), load_settings(environment={})))
        (info,) = store.documents()
        chunks = store.document_chunks(info.document_id)
        return collections_of(quotable_units(to_passages(store, [Hit(c.chunk_id, 1.0) for c in chunks], {})))


def held(collection: Collection) -> dict[str, Holds]:
    return {name: column.holds for name, column in collection.columns.items()}


def test_blocks_of_named_lines_are_records(tmp_path: Path) -> None:
    first, second = "NG 114\nBuilt: 2017\nStatus: in service", "NG 127\nBuilt: 2019\nStatus: sold"
    text = f"Vehicles\n\nPlate: {first}\n\nPlate: {second}\n"
    (fleet,) = collections(tmp_path, "fleet.txt", text)
    assert [record.label for record in fleet.records] == ["NG 114", "NG 127"]
    assert fleet.label_name == "Plate"
    assert held(fleet)["Built"] is Holds.YEARS
    assert fleet.records[1].values("Status") == ["sold"]


def test_items_that_say_several_things_are_records(tmp_path: Path) -> None:
    text = (
        "# Choir\n\n- Nora Feld, treasurer, alto, since 2015\n- Ivy Lacey, soprano, since 2023\n- Bo, bass\n"
    )
    (choir,) = collections(tmp_path, "choir.md", text)
    assert [record.label for record in choir.records] == ["Nora Feld", "Ivy Lacey", "Bo"]
    assert held(choir)["since"] is Holds.YEARS
    assert choir.records[0].values("–") == ["treasurer", "alto"]


def test_short_sections_are_records(tmp_path: Path) -> None:
    text = (
        "# Nursery\n\n## Silver broom\nHeight 90 cm, price $14, likes full sun.\nIn stock: 18.\n\n"
        "## Marsh lantern\nHeight 45 cm, price $9, likes half shade.\nIn stock: 7.\n"
    )
    (nursery,) = collections(tmp_path, "nursery.md", text)
    assert [record.label for record in nursery.records] == ["Silver broom", "Marsh lantern"]
    assert held(nursery)["Height"] is held(nursery)["price"] is held(nursery)["In stock"] is Holds.NUMBERS
    assert nursery.records[1].values("price") == ["$9"]


def test_sentences_are_no_records(tmp_path: Path) -> None:
    text = (
        "# Trip\n\nBring boots, water and a map.\n\nWe meet at nine, at the bridge, and walk to the mill.\n"
    )
    assert collections(tmp_path, "trip.md", text) == []


def test_numbers_of_steps_make_no_records_of_the_paragraphs_beside_them(tmp_path: Path) -> None:
    text = (
        "# Rules\n\n## Waiting list\nIt is kept by Una, at the gate.\n41 people are on it.\n\n"
        "## Fires\nFires are allowed in October, after sunset.\n\nNever burn\n\n- plastic\n- wet leaves\n\n"
        "## Leaving\n\n1. Tell the secretary.\n2. Clear the shed.\n3. Hand in both keys.\n"
    )
    assert collections(tmp_path, "rules.md", text) == []


def test_a_table_is_called_by_what_stands_above_it(tmp_path: Path) -> None:
    text = "# Stock\n\n## Paint\n\n| Paint | Price |\n|-|-|\n| Linen | 18.50 |\n| Dusk | 24 |\n"
    (paint,) = collections(tmp_path, "stock.md", text)
    assert "Paint" in paint.named
    assert held(paint)["Price"] is Holds.NUMBERS


def test_paragraphs_under_headings_are_no_records(tmp_path: Path) -> None:
    english = (
        "# Leave\n\n## Holidays\nStaff get 10 days a year, 15 after ten years.\n\n"
        "## Illness\nAfter three days, bring a note.\n\n"
        "## Weddings\nA wedding earns 5 days. Ask Li Min, phone 010 5555.\n"
    )
    chinese = (
        "# 休假规定\n\n## 年假\n员工每年有10天年假，工作满十年的有15天。\n\n"
        "## 病假\n病假超过三天，须提交医院证明。\n\n"
        "## 婚假\n员工结婚可休婚假5天，须提前申请。联系人是李敏，电话 010-5555。\n"
    )
    for name, text in (("leave", english), ("休假", chinese)):
        (tmp_path / name).mkdir()
        assert collections(tmp_path / name, f"{name}.md", text) == []


MODELS = (
    "| | Fen 12 | Fen 20 | Fen 30 |\n|-|-|-|-|\n| Noise | 36 dB | 39 dB | 45 dB |\n"
    "| Weight | 9.4 kg | 12.7 kg | 15 kg |\n| Tank | 2.1 l | 3.8 l | 5.6 l |\n"
)


def test_models_side_by_side_are_the_records(tmp_path: Path) -> None:
    (table,) = collections(tmp_path, "models.md", f"# Models\n\n{MODELS}")
    models = turned(table)
    assert [record.label for record in models.records] == ["Fen 12", "Fen 20", "Fen 30"]
    assert models.records[1].values("Weight") == ["12.7 kg"]
    assert set(held(models).values()) == {Holds.NUMBERS}
    assert "12.7 kg" in models.records[1].field("Weight").unit.text


def test_a_table_whose_columns_are_alike_stays_as_it_is(tmp_path: Path) -> None:
    text = "# Sales\n\n| Region | 2022 | 2023 |\n|-|-|-|\n| North | 120 | 130 |\n| South | 80 | 95 |\n"
    (sales,) = collections(tmp_path, "sales.md", text)
    assert turned(sales) is sales
    text = "# People\n\n| Name | Room | Since |\n|-|-|-|\n| Ada | Blue | May |\n| Bo | Red | June |\n"
    (people,) = collections(tmp_path / "other", "people.md", text)
    assert turned(people) is people
