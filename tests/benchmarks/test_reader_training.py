"""The reader's training: what is kept apart, which negatives are made, and that a tiny model learns."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from benchmarks.reader.evaluate import auroc, squad_f1
from benchmarks.reader.export import blended, export
from benchmarks.reader.form import Group, Overlap, Passage, read_groups
from benchmarks.reader.mix import Source, batches
from benchmarks.reader.model import ReaderModel, collate, losses
from benchmarks.reader.negatives import Neighbours, swapped_question
from benchmarks.reader.questions import as_typed
from benchmarks.reader.shipped import begin_with
from benchmarks.reader.tokens import reader_tokenizer
from benchmarks.reader.train import Run, Schedule, train
from benchmarks.reader.weights import Trained
from benchmarks.reader.windows import cut, joined, only, without
from rag.models.bert_graph import Rows
from rag.models.openvino_reader import OpenVinoReader
from rag.models.reader import Window
from rag.models.reader_pairs import PairEncoder, reading
from rag.models.reader_weights import read_weights, write_weights
from rag.resources import resource

NAMES = ("otto", "mira", "paul", "lena")
TOWNS = ("belk", "orn", "tarn", "wick")


def made_group(rng: random.Random) -> Group:
    """Who lives where: two sentences, one of which answers; in a third of the groups none does."""
    people, towns = rng.sample(NAMES, 3), rng.sample(TOWNS, 2)
    sentences = [f"{person} lives in {town}." for person, town in zip(people[:2], towns, strict=True)]
    text = " ".join(sentences)
    units = tuple((text.index(sentence), text.index(sentence) + len(sentence)) for sentence in sentences)
    asked = people[rng.randrange(3)]
    marks = tuple(sentence.startswith(asked) for sentence in sentences)
    spans: tuple[tuple[int, int], ...] = ()
    if any(marks):
        town = towns[people.index(asked)]
        spans = ((text.index(town), text.index(town) + len(town)),)
    return Group(
        f"where lives {asked}", "made", "made", (Passage(text, "", any(marks), spans, units, marks),)
    )


@pytest.fixture
def tokenizer(tmp_path: Path) -> Tokenizer:
    words = [
        "[PAD]",
        "[unused0]",
        "[unused1]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        ".",
        "lives",
        "in",
        "where",
    ]
    vocabulary = {word: number for number, word in enumerate([*words, *NAMES, *TOWNS])}
    tree = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(tree), "utf-8")
    return reader_tokenizer(tmp_path)


def tiny_model() -> ReaderModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=32,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.2,  # so small a model needs larger weights to begin with
    )
    return ReaderModel(config)


def tiny_run() -> Run:
    return Run(Trained(tiny_model(), dtype=torch.float32, frozen=0))


def test_a_tiny_reader_learns_to_answer_to_point_and_to_refuse(tokenizer: Tokenizer) -> None:
    rng = random.Random(1)
    source = Source("made", [made_group(rng) for _ in range(1_000)], made=True, alone=1.0)
    encoder = PairEncoder(tokenizer, 64, 16)
    run = tiny_run()
    stream = batches([source], {}, encoder, tokens=1_000, seed=0)
    schedule = Schedule(peak=3e-3, warm_up=0.05)
    for _ in train(run, stream, schedule, steps=300):
        pass
    right, wrong, units, spans = [], [], [], []
    for group in (made_group(rng) for _ in range(200)):
        (example,) = cut(group.question, group.passages[0])
        (pair,) = encoder.pairs(group.question, [example.text])
        batch = collate([pair], [example], [0])
        with torch.no_grad():
            answerable, tokens = run.trained.average(
                batch.input_ids, batch.token_type_ids, batch.attention_mask
            )
        found = reading(pair, Window(example.text, example.units), float(answerable), tokens[0].numpy())
        (right if example.answerable else wrong).append(found.answerable)
        if example.answerable and example.evidence and example.spans:
            units.append(example.evidence[max(range(2), key=lambda unit: found.evidence[unit])])
            spans.append((found.spans[0].start, found.spans[0].end) in example.spans)
    assert auroc(right, wrong) > 0.9
    assert sum(units) / len(units) > 0.9
    assert sum(spans) / len(spans) > 0.9


def test_training_goes_on_where_it_was_stopped(tokenizer: Tokenizer, tmp_path: Path) -> None:
    rng = random.Random(2)
    source = Source("made", [made_group(rng) for _ in range(50)], made=True)
    encoder = PairEncoder(tokenizer, 64, 16)
    stream = batches([source], {}, encoder, tokens=500, seed=0)
    run = tiny_run()
    list(train(run, stream, Schedule(), steps=5))
    run.save(tmp_path / "checkpoint.pt")
    again = tiny_run()
    again.load(tmp_path / "checkpoint.pt")
    assert (again.steps, again.pairs) == (run.steps, run.pairs)
    for ours, theirs in zip(again.trained.model.parameters(), run.trained.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_rate_rises_and_falls_to_nothing() -> None:
    schedule = Schedule(peak=1.0, warm_up=0.1)
    rates = [schedule.rate(done / 10) for done in range(11)]
    assert max(rates) == rates[1] == 1.0
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[-1] == 0.0


def test_what_shares_a_fifth_of_its_8_grams_is_kept_apart() -> None:
    words = [f"w{number}" for number in range(100)]
    overlap = Overlap([" ".join(words)], ["What is W?"])
    fresh = [f"x{number}" for number in range(80)]
    assert overlap.shares(" ".join(words[:28] + fresh[:60]))
    assert not overlap.shares(" ".join(words[:20] + fresh[:70]))
    assert not overlap.shares(" ".join(words[:7]))
    assert overlap.touches(Group("what is w", "s", "s", ()))


def test_some_units_of_a_passage_keep_their_answer_or_lose_it_whole() -> None:
    text = "A is old. B is new.\nC is red."
    units = ((0, 9), (10, 19), (20, 29))
    whole = Passage(text, "T", True, ((15, 18),), units, (False, True, False))
    kept = only(whole, [1, 2])
    assert (kept.text, kept.relevant) == ("B is new.\nC is red.", True)
    assert [kept.text[a:b] for a, b in kept.spans or ()] == ["new"]
    assert [kept.text[a:b] for a, b in kept.units] == ["B is new.", "C is red."]
    lost = only(whole, [0, 2])
    assert (lost.text, lost.relevant, lost.spans) == ("A is old.\nC is red.", False, ())
    both = Passage(text, "T", True, (), units, (True, True, False))
    with pytest.raises(ValueError, match="whole or not at all"):
        only(both, [0])


def test_rows_of_the_head_that_the_model_lacks_are_left_out() -> None:
    model, begun = tiny_model(), tiny_run()
    weights = model.state_dict()
    first = {name: weights[name] + 1 for name in ("tokens.weight", "tokens.bias")}
    more = {name: torch.cat([given, given[:2]]) for name, given in first.items()}
    begun.trained.begin_with({"average": {**weights, **more}})
    assert torch.equal(begun.trained.average.tokens.weight, first["tokens.weight"])
    assert torch.equal(begun.trained.model.tokens.bias, first["tokens.bias"])


def test_a_blend_lies_between_what_a_run_began_with_and_what_it_became() -> None:
    model, before = tiny_model(), {name: torch.zeros_like(w) for name, w in tiny_model().state_dict().items()}
    before["tokens.bias"] = torch.zeros(5)
    with torch.no_grad():
        model.tokens.bias.fill_(2.0)
    query = model.encoder.encoder.layer[0].attention.self.query.weight.detach().clone()
    blend = blended(model, before, 0.75)
    assert blend.tokens.bias.tolist() == [1.5, 1.5, 1.5]
    assert torch.allclose(blend.encoder.encoder.layer[0].attention.self.query.weight, 0.75 * query)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    row = {
        "text": "abc",
        "title": "",
        "relevant": 1,
        "spans": [[0, 9]],
        "sentences": [[0, 3]],
        "evidence": [1],
    }
    path.write_text(json.dumps({"question": "q", "passages": [row]}) + "\n", "utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl, line 1: .*0-9"):
        list(read_groups(path))


def test_a_passage_without_its_evidence_does_not_hold_the_answer() -> None:
    text = "Ann was born in 1950. She sings. In 1950 it rained."
    units = ((0, 21), (22, 32), (33, 51))
    passage = Passage(text, "Ann", True, ((16, 20),), units, (True, False, False))
    rest = without(passage)
    assert rest is not None
    assert rest.text == "She sings."
    assert [rest.text[a:b] for a, b in rest.units] == ["She sings."]
    assert not rest.relevant


def test_a_swapped_question_asks_for_what_the_passage_lacks() -> None:
    text = "Valve P-16 was checked in 2019 by Otto Kranz."
    passage = Passage(text, "", True, ((34, 44),), ((0, 45),), (True,))
    group = Group("Who checked valve P-16 in 2019?", "s", "s", (passage,))
    for seed in range(20):
        changed = swapped_question(group, passage, group, random.Random(seed))
        assert changed is not None
        assert ("P-16" in changed) != ("2019" in changed)


def test_neighbours_do_not_hold_the_answer() -> None:
    def group(question: str, text: str, answer: str) -> Group:
        start = text.index(answer)
        spans = ((start, start + len(answer)),)
        return Group(question, "s", "s", (Passage(text, "", True, spans, ((0, len(text)),), (True,)),))

    groups = [
        group("How high is the tower of Orn?", "The tower of Orn is 30 m high.", "30 m"),
        group("How high is the tower of Belk?", "The tower of Belk is 44 m high.", "44 m"),
        group("Who built the tower?", "A tower of 30 m was built by Kranz.", "Kranz"),
        *(group("What grows?", f"Plant {n} grows in summer.", "summer") for n in range(9)),
    ]
    drawn = {Neighbours(groups).draw(0, random.Random(seed)) for seed in range(30)}
    texts = {passage.text for passage in drawn if passage is not None}
    assert groups[1].passages[0].text in texts
    assert not any("30 m" in text for text in texts)


def test_long_passages_are_cut_between_units_and_keep_their_spans() -> None:
    sentences = [f"Sentence {number} has {'many ' * 30}words." for number in range(12)]
    text, units = "", []
    for sentence in sentences:
        text += " " if text else ""
        units.append((len(text), len(text) + len(sentence)))
        text += sentence
    start = text.index("Sentence 7")
    marks = tuple(number == 7 for number in range(12))
    examples = cut("q", Passage(text, "Title", True, ((start, start + 10),), tuple(units), marks))
    assert sum(len(example.units) for example in examples) == 12
    assert [sum(example.evidence or ()) for example in examples] == [int(e.answerable) for e in examples]
    for example in examples:
        assert example.text.startswith("Title\nSentence")
        assert all(example.text[a:b].startswith("Sentence") for a, b in example.units)
        assert all(example.text[a:b] == "Sentence 7" for a, b in example.spans or ())
    assert sum(bool(example.spans) for example in examples) == 1


def test_joined_sentences_keep_what_is_known() -> None:
    right = Passage("It is red.", "", True, ((6, 9),), ((0, 10),), (True,))
    wrong = Passage("It rains.", "", False, (), ((0, 9),), (False,))
    both = joined([wrong, right], "\n")
    assert both.text == "It rains.\nIt is red."
    assert [both.text[a:b] for a, b in both.spans or ()] == ["red"]
    assert both.evidence == (False, True)


def test_typed_questions_differ_and_stay_questions() -> None:
    rng = random.Random(0)
    typed = {as_typed("What is the height of the tower?", rng) for _ in range(200)}
    assert "What is the height of the tower?" in typed
    assert "height tower" in typed
    assert len(typed) > 8


def test_a_span_beyond_the_visible_tokens_teaches_nothing(tokenizer: Tokenizer) -> None:
    group = made_group(random.Random(3))
    (example,) = cut(group.question, group.passages[0])
    (pair,) = PairEncoder(tokenizer, 9, 4).pairs(group.question, [example.text])
    batch = collate([pair], [example], [0])
    answerable, tokens = tiny_model()(batch.input_ids, batch.token_type_ids, batch.attention_mask)
    assert bool(batch.spans_known[0]) == (not example.spans)
    assert torch.isfinite(torch.stack(list(losses(batch, answerable, tokens).values()))).all()


def test_scores_agree_with_their_definitions() -> None:
    assert auroc([2.0, 1.0], [1.0, 0.0]) == pytest.approx(0.875)
    assert squad_f1("The red car", "a red bus") == pytest.approx(0.5)


def test_levels_lose_no_more_than_half_a_step_of_each_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = (rng.normal(size=(2_000, 64)) * rng.uniform(0.01, 10.0, size=(2_000, 1))).astype(np.float32)
    bias = rng.normal(size=64).astype(np.float32)
    path = tmp_path / "reader.npz"
    write_weights(path, {"hidden_size": 64}, {"encoder.table": table, "bias": bias}, {"encoder.table": 41})
    assert path.stat().st_size < table.nbytes * 0.25
    weights = read_weights(path)
    assert weights.config == {"hidden_size": 64}
    kept = weights.part("encoder.")["table"]
    assert isinstance(kept, Rows)
    assert np.abs(kept.levels).max() <= 41
    step = np.abs(table).max(1, keepdims=True) / 41
    assert (np.sqrt(((kept.whole() - table) ** 2).mean(1, keepdims=True)) <= step * 0.5).all()
    assert weights.tables["bias"] == pytest.approx(bias, abs=0.01)


def test_shipped_weights_go_on_from_where_they_were(tmp_path: Path) -> None:
    folder = resource("data", "reader")
    begin_with(folder, tmp_path)
    text = "Pumps\nPump P-16 was overhauled in May 2021. It runs day and night."
    window = Window(text, ((6, 43), (44, 66)))
    shipped = OpenVinoReader(folder, 1)
    model = ReaderModel.from_encoder(tmp_path)
    model.load_state_dict(torch.load(tmp_path / "checkpoint.pt", weights_only=True)["average"])
    encode = PairEncoder(reader_tokenizer(tmp_path), 256, 64)
    for question in ("When was P-16 overhauled?", "When was P-17 overhauled?", "Who built it?"):
        (pair,) = encode.pairs(question, [text])
        ids = torch.tensor([pair.ids])
        with torch.no_grad():
            answerable, tokens = model.eval()(ids, torch.tensor([pair.kinds]), torch.ones_like(ids))
        told = reading(pair, window, float(answerable[0]), tokens[0].numpy())
        (wanted,) = shipped.read(question, [window])
        assert told.answerable == pytest.approx(wanted.answerable, abs=0.5)
        assert told.evidence == pytest.approx(wanted.evidence, abs=0.7)


def test_what_is_exported_reads_as_it_was_trained(tmp_path: Path, tokenizer: Tokenizer) -> None:
    torch.manual_seed(3)
    model = tiny_model()
    for weights in model.parameters():
        torch.nn.init.normal_(weights, std=0.3)
    run, out = tmp_path / "run", tmp_path / "reader"
    run.mkdir()
    tokenizer.save(str(run / "tokenizer.json"))
    state = {"config": model.encoder.config.to_dict(), "average": model.state_dict(), "counts": (1, 2, 3.0)}
    torch.save(state, run / "checkpoint.pt")
    export(run, out, {"language": "English"})
    assert json.loads((out / "card.json").read_text("utf-8"))["training"]["pairs"] == 2
    text = "otto lives in orn. mira lives in belk."
    window = Window(text, ((0, 18), (19, 38)))
    (pair,) = PairEncoder(tokenizer, 256, 64).pairs("where lives mira", [text])
    ids = torch.tensor([pair.ids])
    with torch.no_grad():
        answerable, tokens = model.eval()(ids, torch.tensor([pair.kinds]), torch.ones_like(ids))
    trained = reading(pair, window, float(answerable[0]), tokens[0].numpy())
    (exported,) = OpenVinoReader(out, 2).read("where lives mira", [window])
    assert exported.answerable == pytest.approx(trained.answerable, abs=0.15)
    assert exported.evidence == pytest.approx(trained.evidence, abs=0.15)
    assert exported.null == pytest.approx(trained.null, abs=0.3)
