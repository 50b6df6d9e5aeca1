"""What `citewell search` loads before it answers: each heavy import costs a person's time, every time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "langchain",
    "langchain_core",
    "scipy",
    "sklearn",
    "streamlit",
    "pypdf",
    "pypdfium2",
    "docx",
}


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=True
    )


def test_a_search_from_a_new_process_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "boiler.txt").write_text("The safety valve opens at 35 bar.\n")
    library = str(tmp_path / "library")
    run(
        "import sys; from ui.cli import main; main()",
        "ingest",
        str(tmp_path / "boiler.txt"),
        "--library",
        library,
    )
    done = run(
        "import sys, json\n"
        "from ui.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)\n",
        *("search", "When does the safety valve open?", "--library", library, "--json"),
    )
    assert "35 bar" in json.loads(done.stdout)["passages"][0]["text"]
    assert set(json.loads(done.stderr.splitlines()[-1])) & HEAVY == set()
