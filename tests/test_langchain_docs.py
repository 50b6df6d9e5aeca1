"""docs/langchain.md is true: its code runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, ToolCall

from rag import Library
from tests.scripted_chat import ScriptedChatModel

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "langchain.md").read_text("utf-8")


def code(*sections: str) -> str:
    """The Python of some sections, one below the other."""
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
    return "\n".join(
        found for name in sections for found in re.findall(r"```python\n(.*?)```", parts[name], re.S)
    )


def test_the_code_of_langchain_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asking = ToolCall(name="ask_documents", args={"question": "When was the boiler built?"}, id="1")
    model = ScriptedChatModel.saying(AIMessage("", tool_calls=[asking]), AIMessage("It is of 1987 [1]."))
    names: dict[str, object] = {"model": model}
    try:
        exec(code("Texts in, the nearest out", "A chain", "An agent"), names)
    finally:
        library = names.get("library")
        if isinstance(library, Library):
            library.close()
    shown = capsys.readouterr().out
    assert "p-17 Pump P-17 runs at 3 bar. {'area': 'north'}" in shown
    assert "['v-4', 'p-17']" in shown
    assert "4 bar" in shown
    assert "It is of 1987 [1].\ntext://boiler 1 The boiler was built in 1987." in shown


@pytest.mark.parametrize(
    ("section", "package"), [("LlamaIndex", "llama_index.core"), ("Haystack", "haystack")]
)
def test_the_retrievers_of_other_frameworks_run(
    section: str,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    compiled = compile(code(section), section, "exec")
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    pytest.importorskip(package, reason=f"{section} is not installed: its example was only compiled")
    monkeypatch.chdir(tmp_path)
    with Library.open("my-library") as library:
        library.as_vector_store().add_texts(["The boiler was built in 1987."], ids=["boiler"])
    exec(compiled, {"__name__": "example"})
    assert "text://boiler The boiler was built in 1987." in capsys.readouterr().out
