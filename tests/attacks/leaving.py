"""Every face of Citewell in a network that has no way out: `python -m tests.attacks.leaving FOLDER`.

Started in a fresh network namespace (`unshare --net`). Counts what wanted to leave: the system counts each
packet for which it knows no way, whoever sent it, also a library that is no Python.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import urllib.request
from contextlib import closing
from http.server import ThreadingHTTPServer
from pathlib import Path

from websockets.sync.client import connect

from tests.attacks.test_offline import SECRET, Sink, asked_for

ROOT = Path(__file__).resolve().parents[2]
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40
_STREAMLIT = """
[browser]
gatherUsageStats = true
[server]
headless = false
enableAgentApi = true
[client]
toolbarMode = "developer"
"""
_COMMANDS = """
import json, sys; from ui.cli import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as ended:
        assert not ended.code, words
"""
_APP = """
import sys; from pathlib import Path; from ui.app.launch import launch
launch(Path(sys.argv[1]), port=0, open_browser=False)
"""


def without_a_way() -> int:
    """Packets of this network that found no way, since it began."""
    rows = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:"]
    newer = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(*rows, strict=True))["OutNoRoutes"]) + int(newer["Ip6OutNoRoutes"])


def begin() -> None:
    """Bring up the loopback, and see that what wants to leave is counted."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as device:
        fcntl.ioctl(device, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
        before = without_a_way()
        try:
            device.sendto(b"x", ("192.0.2.1", 53))
        except OSError:
            assert without_a_way() == before + 1
            return
    raise AssertionError("there is a way out")


def use_all(folder: Path, environment: dict[str, str]) -> None:
    """Ingest a text and a picture with the command line, ask by each face."""
    from PIL import Image, ImageDraw

    notes, library = folder / "notes", str(folder / "library")
    notes.mkdir()
    (notes / "note.txt").write_text(f"The {SECRET} of the harbour was cut in 1892 by Ines Okafor.\n")
    picture = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(picture).text((40, 60), "The crane of the north quay is red.", fill="black", font_size=40)
    picture.save(notes / "scan.png")
    question = f"Who cut the {SECRET} of the harbour?"

    of_library = [["ingest", str(notes)], ["ask", question], ["search", question], ["check"]]
    words = json.dumps([*([*one, "--library", library] for one in of_library), ["models"]])
    commands = [sys.executable, "-c", _COMMANDS, words]  # in one process: each start takes seconds
    done = subprocess.run(commands, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    api = [sys.executable, "-m", "ui", "serve", "--library", library, "--port", "0"]
    with subprocess.Popen(api, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        port = _told(server, r":(\d+)/v1")
        body = json.dumps({"question": question}).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/ask", body, {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as answer:
            assert b"Okafor" in answer.read()
        server.terminate()
    app = [sys.executable, "-c", _APP, library]
    with subprocess.Popen(app, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        _open_the_app(_told(server, r"(127\.0\.0\.1:\d+)"))
        server.terminate()


def _told(server: subprocess.Popen[str], pattern: str) -> str:
    assert server.stdout is not None
    found = re.search(pattern, server.stdout.readline())
    assert found is not None
    return found[1]


def _open_the_app(place: str) -> None:
    """Draw its first page, as a browser has it done."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    with connect(f"ws://{place}/_stcore/stream", origin=f"http://{place}", max_size=None, proxy=None) as page:
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        page.send(asked.SerializeToString())
        for data in page:
            message = ForwardMsg()
            message.ParseFromString(data)
            if message.WhichOneof("type") == "script_finished":
                return


def main() -> None:
    """Print what a sink heard to which all reporters are pointed, and how many packets found no way."""
    begin()
    before = without_a_way()
    folder = Path(sys.argv[1])
    heard: list[str] = []
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(_STREAMLIT)
    (folder / "intel").mkdir()
    (folder / "intel" / "openvino_telemetry").write_text("1")  # as if it had been agreed to
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Heard", (Sink,), {"heard": heard})) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{sink.server_address[1]}"
        environment = {
            **{key: value for key, value in asked_for(address).items() if key != "NO_PROXY"},
            **dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK"), "0"),
            **dict.fromkeys(("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"), "0"),
            **{"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true", "HOME": str(folder), "WANDB_MODE": "online"},
            **{"SENTRY_DSN": f"{address}/1", "XDG_CACHE_HOME": str(folder / "cache")},
        }
        use_all(folder, environment)
        sink.shutdown()
    print(json.dumps({"heard": heard, "without a way": without_a_way() - before}))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
