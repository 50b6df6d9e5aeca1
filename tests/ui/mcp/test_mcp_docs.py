"""docs/mcp.md is true: its configurations start the server, its code runs, and it names all that there is."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.ui.mcp.conftest import ROOT, http_server, ingest, over_http
from tests.ui.mcp.test_transports import INITIALIZE
from ui.mcp.library_prompts import PROMPTS
from ui.mcp.library_resources import TEMPLATES
from ui.mcp.library_tools import tools

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

PAGE = (ROOT / "docs" / "mcp.md").read_text("utf-8")
SERVERS: list[dict[str, Any]] = [
    server
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for servers in json.loads(block).values()
    for server in servers.values()
]
COMMANDS = [[server["command"], *server["args"]] for server in SERVERS if "command" in server]
ADDED = re.findall(r"^claude mcp add \w+ -- (.*)$", PAGE, re.MULTILINE)


def here(word: str, library: Path) -> str:
    """What stands for a path of the reader's machine, on this one."""
    return word.replace("/path/to/citewell-library", str(library))


def test_there_is_a_configuration_for_each_client() -> None:
    assert len(COMMANDS) == 2
    assert len(ADDED) == 1
    assert [server["type"] for server in SERVERS if "url" in server] == ["http"]


@pytest.mark.parametrize("command", [*COMMANDS, *(shlex.split(line) for line in ADDED)])
def test_the_command_starts_and_answers_initialize(command: list[str], samples: Path) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts[Path(command[0]).name] == "ui.cli:main"  # which `python -m ui` runs, too
    arguments = [here(word, samples) for word in command[1:]]
    done = subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        cwd=ROOT,
        input=json.dumps(INITIALIZE) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "citewell"


def test_the_address_and_header_for_http_let_in(samples: Path) -> None:
    (server,) = [server for server in SERVERS if "url" in server]
    assert server["headers"] == {"Authorization": "Bearer ${CITEWELL_SERVE__TOKEN}"}
    with http_server("--library", str(samples), CITEWELL_SERVE__TOKEN="a secret") as address:
        assert re.sub(r":\d+", ":8502", address) == server["url"]
        with over_http(address, token="a secret") as caller:
            assert caller.tool("list_documents")["total"] == 8


def test_the_code_runs(tmp_path: Path) -> None:
    (tmp_path / "march.txt").write_text("Minutes\n\nInes Okafor wrote the minutes of March.\n")
    ingest(tmp_path / "my-library", tmp_path / "march.txt")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    code = code.replace('command="citewell", args=[', f'command={sys.executable!r}, args=["-m", "ui", ')
    code = code.replace('"my-library"]', f'"my-library"], env={{"PYTHONPATH": {str(ROOT)!r}}}')
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("True"), done.stderr


def test_the_page_names_all_that_there_is() -> None:
    offered = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert offered == list(tools(Path()))
    assert [prompt.name for prompt in PROMPTS if f"`{prompt.name}`" not in PAGE] == []
    for template in TEMPLATES:
        assert f"`{template.uri_template.replace('{id}', 'ID').replace('{n}', 'N')}`" in PAGE
