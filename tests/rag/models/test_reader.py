"""Reading logits into evidence and spans, and the reader's folder: what it takes and what it refuses."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError, ModelNotFoundError
from rag.models import Window, load_readers
from rag.models.openvino_reader import OpenVinoReader
from rag.models.reader import UNSEEN
from rag.models.reader_pairs import Pair, best_spans, reading
from rag.resources import resource
from rag.settings import ReaderSettings, Settings


def words(text: str) -> np.ndarray:
    """Offsets of pieces as BERT's tokenizer cuts them: at white space and at punctuation."""
    offsets, start = [], None
    for at, letter in enumerate(text + " "):
        if start is not None and not letter.isalnum():
            offsets.append((start, at))
            start = None
        if letter.isalnum() and start is None:
            start = at
        elif not letter.isalnum() and not letter.isspace():
            offsets.append((at, at + 1))
    return np.array(offsets)


def spans_of(text: str, first: str, last: str, units: tuple[tuple[int, int], ...] = ()) -> list[str]:
    """The best spans' texts when the model points at these two pieces."""
    offsets = words(text)
    starts, ends = np.zeros(len(offsets)), np.zeros(len(offsets))
    pieces = [text[a:b] for a, b in offsets]
    starts[pieces.index(first)] = 5.0
    ends[pieces.index(last)] = 5.0
    window = Window(text, units or ((0, len(text)),))
    return [text[span.start : span.end] for span in best_spans(starts, ends, 0.0, offsets, window)]


def test_the_best_span_is_the_one_pointed_at() -> None:
    assert spans_of("The tower of Orn is tall", "tower", "Orn")[0] == "tower of Orn"


@pytest.mark.parametrize(
    ("text", "piece", "wanted"),
    [
        ("Valve P-17 leaks", "17", "P-17"),
        ("It costs 3.50 now", "3", "3.50"),
        ("At 12:30 it rang", "30", "12:30"),
    ],
)
def test_no_span_cuts_a_number_or_an_identifier(text: str, piece: str, wanted: str) -> None:
    found = spans_of(text, piece, piece)
    assert piece not in found
    assert any(wanted in span for span in found)


def test_a_name_may_end_before_a_hyphen() -> None:
    assert spans_of("A Paris-based firm", "Paris", "Paris")[0] == "Paris"


def test_no_span_crosses_the_end_of_a_unit() -> None:
    text = "Otto came. Mira left."
    assert all(". " not in span for span in spans_of(text, "came", "Mira", ((0, 10), (11, 21))))


def test_spans_do_not_overlap_and_their_probabilities_are_shares() -> None:
    text = "one two three four five six"
    offsets = words(text)
    rng = np.random.default_rng(0)
    found = best_spans(rng.normal(size=6), rng.normal(size=6), 1.0, offsets, Window(text, ((0, len(text)),)))
    assert [span.logit for span in found] == sorted((span.logit for span in found), reverse=True)
    ranges = sorted((span.start, span.end) for span in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))
    assert 0.0 < sum(span.probability for span in found) < 1.0


def test_evidence_is_the_mean_of_visible_tokens_and_low_where_none_is_visible() -> None:
    text = "a b c d"
    pair = Pair([0] * 7, [0] * 7, 3, np.array([(0, 1), (2, 3), (4, 5)]))
    tokens = np.zeros((7, 3))
    tokens[3:6, 2] = (1.0, 3.0, 5.0)
    tokens[0] = (0.5, 0.25, 0.0)
    found = reading(pair, Window(text, ((0, 3), (4, 7), (6, 7))), 2.0, tokens)
    assert found.evidence == (2.0, 5.0, UNSEEN)
    assert found.null == 0.75
    assert found.answerable == 2.0


def test_none_switches_the_reader_off() -> None:
    assert load_readers(Settings(reader=ReaderSettings(model="none"))) == ()


def test_a_folder_without_a_reader_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"no card\.json"):
        load_readers(Settings(reader=ReaderSettings(model=str(tmp_path))))


def test_files_that_are_not_those_of_the_card_are_refused(tmp_path: Path) -> None:
    for name in ("reader.npz", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"changed")
    card = {
        "name": "r",
        "max_tokens": 16,
        "max_question_tokens": 8,
        "sha256": {name: hashlib.sha256(b"first").hexdigest() for name in ("reader.npz", "tokenizer.json")},
    }
    (tmp_path / "card.json").write_text(json.dumps(card), "utf-8")
    reader = OpenVinoReader(tmp_path)
    assert reader.fingerprint.startswith("r@")
    with pytest.raises(ModelError, match="not the file"):
        reader.read("q", [Window("t", ((0, 1),))])


def test_a_card_that_lacks_a_field_is_refused(tmp_path: Path) -> None:
    for name in ("reader.npz", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "card.json").write_text('{"name": "r"}', "utf-8")
    with pytest.raises(ModelError, match="max_tokens"):
        OpenVinoReader(tmp_path)


def test_a_tokenizer_without_a_digest_is_not_read(tmp_path: Path) -> None:
    shipped = resource("data", "reader")
    for name in ("reader.npz", "tokenizer.json"):
        (tmp_path / name).write_bytes((shipped / name).read_bytes())
    card = json.loads((shipped / "card.json").read_text("utf-8"))
    del card["sha256"]["tokenizer.json"]
    (tmp_path / "card.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match=r"no digest of tokenizer\.json"):
        OpenVinoReader(tmp_path).read("q", [Window("t", ((0, 1),))])


def test_logits_beyond_start_end_and_evidence_do_not_count() -> None:
    window = Window("It is open.", ((0, 11),))
    pair = Pair([101, 7, 102, 8, 9, 102], [0, 0, 0, 1, 1, 1], 3, np.array([[0, 2], [3, 11]]))
    tokens = np.random.default_rng(0).normal(size=(6, 5))
    assert reading(pair, window, 1.0, tokens) == reading(pair, window, 1.0, tokens[:, :3])
