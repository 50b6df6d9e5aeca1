"""docs/examples.md names every selector, and its code runs as it stands."""

import re
from pathlib import Path

from rag.examples import selector_names
from rag.settings import ExampleSettings

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "examples.md").read_text("utf-8")


def test_every_selector_and_setting_is_explained() -> None:
    table = PAGE[PAGE.index("## The selectors") :]
    assert [name for name in selector_names() if f"`{name}`" not in table] == []
    assert [name for name in ExampleSettings.model_fields if f"`examples.{name}`" not in PAGE] == []
    default = ExampleSettings.model_fields["selector"].default
    assert f"`{default}` (default)" in table


def test_the_code_runs(capsys) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, object] = {}
    exec(code, found)
    shown = capsys.readouterr().out
    assert "Q: Who commands the harbour pilots at Port Elsing?\nA: Captain Ruta Halvorsen" in shown
    assert shown.rstrip().endswith("Q: Who commands the tugs at Port Elsing?\nA:")
