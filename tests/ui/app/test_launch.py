import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit

from rag.errors import UsageError
from rag.settings import load_settings
from ui.app.app_server import options
from ui.app.launch import streamlit_environment
from ui.listening import free_port


@pytest.fixture
def taken(socket_enabled):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_passed_over(taken):
    port = free_port("127.0.0.1", taken)
    assert taken < port <= taken + 20


def test_zero_takes_any_free_port(socket_enabled):
    assert free_port("127.0.0.1", 0) > 0


def test_an_address_of_another_machine_is_a_clear_error(socket_enabled):
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 8501)


def test_the_app_sends_nothing_and_is_served_to_this_machine_only():
    local = options(load_settings(overrides={"ui": {"max_upload_megabytes": 50}}, environment={}).ui)
    assert local["browser.gatherUsageStats"] is False
    assert local["client.allowedOrigins"] == []
    assert local["server.enableAgentApi"] is False
    assert local["server.address"] == "127.0.0.1"
    assert local["server.maxUploadSize"] == 50
    assert local["server.allowedHosts"] == ["127.0.0.1", "::1", "localhost"]
    for name, value in local.items():
        assert streamlit.config.get_options_for_section(name.split(".")[0]).keys() >= {name.split(".")[1]}
        assert value is not None
    assert options(load_settings(overrides={"ui": {"host": "0.0.0.0"}}).ui)["server.allowedHosts"] == []


def test_the_environment_names_library_and_settings_wherever_the_process_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text("offline = true")
    variables = streamlit_environment(Path("books"), "mine.toml", {"CITEWELL_RETRIEVAL__TOP_K": "3"})
    assert variables["CITEWELL_LIBRARY"] == str(tmp_path / "books")
    assert variables["CITEWELL_CONFIG"] == str(tmp_path / "mine.toml")
    assert variables["CITEWELL_RETRIEVAL__TOP_K"] == "3"
    assert variables["PATH"] == os.environ["PATH"]
    assert streamlit_environment(Path("books"), "chinese")["CITEWELL_CONFIG"] == "chinese"


def test_ending_the_launcher_ends_the_app(tmp_path, socket_enabled):
    start = "from pathlib import Path; from ui.app.launch import launch; import sys; "
    start += "sys.exit(launch(Path(sys.argv[1]), port=0, open_browser=False))"
    process = subprocess.Popen(
        [sys.executable, "-c", start, str(tmp_path / "library")],
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as told:
        address = re.search(r"127\.0\.0\.1:(\d+)", told.readline())
        assert address
        process.terminate()
        assert process.wait(timeout=60) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.group(1)))) != 0
