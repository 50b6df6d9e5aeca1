"""Write constraints.txt: every package that is installed, with the SHA-256 of the files that pip takes.

`make constraints` runs it. pip itself says which file it would take on Linux (x86-64) under each version of
Python; addresses are left out, so that any registry with the same files serves.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_PYTHONS: Final = ("3.11", "3.12", "3.13")
_PLATFORMS: Final = (
    *(f"manylinux_2_{n}_x86_64" for n in range(36, 4, -1)),
    *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64", "any"),
)
_HEADER: Final = """\
# The versions that CI installs, with the SHA-256 of their files for Linux on x86-64, by `make constraints`.
# `make run` keeps to the versions, `pip install --no-deps --require-hashes -r constraints.txt` to the files.
"""


def installed() -> list[str]:
    """`name==version` of all that is installed, without the local part of PyTorch's version."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [re.sub(r"\+\w+$", "", line) for line in listed if "==" in line]


def taken(pinned: list[str], python: str) -> dict[str, str]:
    """The SHA-256 of the file that pip takes for each package under a version of Python."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    found: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command += ["--no-deps", "--report", str(report)]
        if python != f"{sys.version_info.major}.{sys.version_info.minor}":
            platforms = [part for name in _PLATFORMS for part in ("--platform", name)]
            command += ["--python-version", python, *platforms, "--target", f"{folder}/nowhere"]
        subprocess.run([*command, *pinned], check=True)
        for entry in json.loads(report.read_text("utf-8"))["install"]:
            found[_key(entry["metadata"]["name"])] = _digest(entry["download_info"])
    return found


def _digest(info: dict[str, Any]) -> str:
    hashes = info.get("archive_info", {}).get("hashes", {})
    if "sha256" in hashes:
        return str(hashes["sha256"])
    path = Path(unquote(urlsplit(info["url"]).path))  # a file of this machine, which pip does not hash
    with path.open("rb") as wheel:
        return hashlib.file_digest(wheel, "sha256").hexdigest()


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Ask pip once for each version of Python, and put the file in its place."""
    pinned = installed()
    digests: dict[str, set[str]] = {_key(line.partition("==")[0]): set() for line in pinned}
    for python in _PYTHONS:
        for name, digest in taken(pinned, python).items():
            digests[name].add(digest)
    lines = []
    for line in pinned:
        hashes = "".join(
            f" --hash=sha256:{digest}" for digest in sorted(digests[_key(line.partition("==")[0])])
        )
        lines.append(line + hashes)
    Path("constraints.txt").write_text(_HEADER + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
