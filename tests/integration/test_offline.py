"""Starts, ingests and answers with every way to the network closed, in worker processes too."""

import json
import os
import subprocess
import sys

_NO_NETWORK = """
import os, socket
def refuse(*arguments, **named):
    with open(os.environ["NETWORK_LOG"], "a") as log:
        log.write(repr(arguments[1:])[:200] + "\\n")
    raise PermissionError("the network is closed")
class ClosedSocket(socket.socket):
    def connect(self, address):
        return super().connect(address) if self.family == socket.AF_UNIX else refuse(self, address)
    def connect_ex(self, address):
        return super().connect_ex(address) if self.family == socket.AF_UNIX else refuse(self, address)
socket.socket = ClosedSocket
socket.create_connection = refuse
socket.getaddrinfo = refuse
"""


def test_ingest_and_ask_with_sockets_forbidden(tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "sitecustomize.py").write_text(_NO_NETWORK)
    log = tmp_path / "network.log"
    log.touch()
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(3):
        (notes / f"note{number}.txt").write_text(
            f"Pump {number} was serviced on {number + 3} May 2024.\n" * 3
        )
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))},
        "PYTHONPATH": str(tmp_path / "closed"),
        "NETWORK_LOG": str(log),
    }

    def citewell(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "ui", *arguments, "--library", str(tmp_path / "library"), "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return (
            [json.loads(line) for line in done.stdout.splitlines()] if "ingest" in arguments else done.stdout
        )

    results = citewell("ingest", str(notes))
    assert [result["status"] for result in results] == ["added"] * 3
    answer = json.loads(citewell("ask", "When was pump 1 serviced?"))
    assert "4 May 2024" in answer["answer"]
    assert log.read_text() == ""
