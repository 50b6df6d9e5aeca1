"""The table of what makes writing fast, from the figures of its parts."""

import json

import pytest

import benchmarks.generation as benchmark

SPEED = {"what": "Prompt lookup: tokens/s", "plain": "10.0", "tuned": "17.0", "better": 1.7}


def part(folder, name, *rows):
    (folder / f"generation-{name}.json").write_text(json.dumps(rows))


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "results")
    return tmp_path / "results" / "generation.json"


def test_parts_become_one_table_in_their_order(tmp_path, results):
    part(tmp_path, "together", {**SPEED, "what": "Batch", "same": "8 of 8"})
    part(tmp_path, "restating", {**SPEED, "same": "4 of 4"})
    benchmark.store(tmp_path)
    rows = json.loads(results.read_text())["rows"]
    assert rows == [
        ["Prompt lookup: tokens/s", "10.0", "17.0", "1.7", "4 of 4"],
        ["Batch", "10.0", "17.0", "1.7", "8 of 8"],
    ]


def test_another_text_than_the_plain_one_is_an_error_but_of_other_weights(tmp_path, results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["generation", "--work", str(tmp_path), "--parts"])
    part(tmp_path, "llama_cpp", {**SPEED, "what": "llama.cpp, Q4: writing", "same": "1 of 3"})
    benchmark.main()
    part(tmp_path, "restating", {**SPEED, "same": "3 of 4"})
    with pytest.raises(SystemExit, match="another one than the plain way writes: Prompt lookup"):
        benchmark.main()


def test_seconds_to_the_first_text_are_told_apart_from_those_after_it():
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk

    ticks = iter(range(0, 100, 2))

    class Counted(GenericFakeChatModel):
        def stream(self, *_args, **_options):
            yield AIMessageChunk("")
            yield AIMessageChunk("one ")
            yield AIMessageChunk(
                "two", usage_metadata={"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}
            )

    model = Counted(messages=iter([AIMessage("")]))
    found = benchmark.written(model, [], 8, clock=lambda: float(next(ticks)))
    assert (found.text, found.read, found.tokens, found.first, found.rest) == ("one two", 9, 3, 2.0, 2.0)
    assert found.speed == 1.0
