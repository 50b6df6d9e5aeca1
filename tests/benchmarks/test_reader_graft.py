"""A reader set onto another encoder's tokens: what it keeps, and that it ships as it was trained."""

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from benchmarks.reader.export import export
from benchmarks.reader.graft import graft
from benchmarks.reader.model import ReaderModel
from benchmarks.reader.shipped import begin_with
from benchmarks.reader.universal import UniversalStates
from rag.models.openvino_reader import OpenVinoReader
from rag.models.reader import Window
from rag.models.reader_pairs import PairEncoder, reading
from rag.models.universal_tokens import universal_tokenizer
from rag.resources import resource
from tests.rag.models.test_universal_tokens import states_of

TEXTS = (
    "The ferry to Orn leaves at nine and comes back in the evening. A ticket costs 14 euros.",
    "Ida Holm has been the head of the museum since 2021; before that she taught at the school of Belk.",
    "The pump was repaired in May. It runs day and night, and its filter is changed every month.",
)
TEXT = "Fähren\nDie Fähre nach Orn kostet 14 Euro. Sie fährt um neun Uhr."
WINDOW = Window(TEXT, ((7, 41), (42, len(TEXT))))


@pytest.fixture(scope="module")
def grafted() -> tuple[ReaderModel, ReaderModel, float]:
    """A tiny English reader with random layers, the same on the other tokens, and what the map explains."""
    torch.manual_seed(5)
    tokenizer = Tokenizer.from_file(str(resource("data", "reader") / "tokenizer.json"))
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
    )
    english = ReaderModel(config).eval()
    return english, *graft(english, tokenizer, iter(TEXTS))


def test_its_layers_and_heads_stay_and_the_map_stands_for_its_embeddings(
    grafted: tuple[ReaderModel, ReaderModel, float],
) -> None:
    english, model, explained = grafted
    assert 0.5 < explained <= 1.0
    weights, own = english.state_dict(), model.state_dict()
    same = [name for name in weights if not name.endswith("word_embeddings.weight")]
    assert all(torch.equal(weights[name], own[name]) for name in same)
    assert own["encoder.embeddings.word_embeddings.weight"].shape == (3, 32)


def test_states_in_training_are_those_at_run_time() -> None:
    ids = universal_tokenizer().encode(TEXT, add_special_tokens=False).ids
    tensor = torch.tensor([[*ids, 0, 0]])
    mask = torch.tensor([[1] * len(ids) + [0, 0]])
    inside = (tensor[0, : len(ids)] < UniversalStates().tokens)[:, None].float()
    trained = (UniversalStates()(tensor, mask)[0, : len(ids)] * inside).numpy()
    assert trained == pytest.approx(states_of(ids) * inside.numpy(), abs=1e-2)


def test_what_is_exported_reads_as_it_was_trained_without_a_tokenizer_of_its_own(
    grafted: tuple[ReaderModel, ReaderModel, float], tmp_path: Path
) -> None:
    _, model, _ = grafted
    run, out = tmp_path / "run", tmp_path / "reader"
    run.mkdir()
    universal_tokenizer().save(str(run / "tokenizer.json"))
    state = {"config": model.encoder.config.to_dict(), "average": model.state_dict(), "counts": (1, 2, 3.0)}
    torch.save(state, run / "checkpoint.pt")
    export(run, out, {"languages": ["de", "en"]})
    assert {path.name for path in out.iterdir()} == {"card.json", "reader.npz"}
    assert list(json.loads((out / "card.json").read_text("utf-8"))["sha256"]) == ["reader.npz"]
    (pair,) = PairEncoder(universal_tokenizer(), 256, 64).pairs("How much is the ferry?", [TEXT])
    ids = torch.tensor([pair.ids])
    with torch.no_grad():
        answerable, tokens = model.eval()(ids, torch.tensor([pair.kinds]), torch.ones_like(ids))
    trained = reading(pair, WINDOW, float(answerable[0]), tokens[0].numpy())
    reader = OpenVinoReader(out, 1)
    (exported,) = reader.read("How much is the ferry?", [WINDOW])
    assert reader.languages == {"de", "en"}
    assert exported.answerable == pytest.approx(trained.answerable, abs=0.05)
    assert exported.evidence == pytest.approx(trained.evidence, abs=0.05)
    begin_with(out, tmp_path / "begin")
    begun = torch.load(tmp_path / "begin" / "checkpoint.pt", weights_only=True)["average"]
    assert begun["input.weight"].numpy() == pytest.approx(model.input.weight.detach().numpy(), abs=0.05)
