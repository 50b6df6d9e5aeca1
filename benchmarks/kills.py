"""Kill the real command at random moments and look what is left: `python -m benchmarks.kills --kills 200`.

`citewell ingest`, `remove` and `reindex` run on a small library until SIGKILL ends them; after each
kill a fresh process opens the library and proves its invariants (`benchmarks.kill_judge`). What the
dead process had reported as stored has to be there, a removal has to be whole or not at all, and a
reindex leaves one embedder or the other. Kept one line per kill in WORK/kills.jsonl, so that a run goes on
where it was left; the table is written when all kills are done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "kills.json"
EMBEDDERS: Final = ("packaged:all-MiniLM-L6-v2", "packaged:universal-sentence-encoder-multilingual")
SETTINGS: Final = ("ingest.workers=1", "ingest.batch_chunks=6", "chunking.max_tokens=50")
FILES: Final = 14
_SHORTEST: Final = 0.05
_POLL: Final = 0.005
_COMMAND: Final = (sys.executable, "-c", "from ui.cli import main; main()")


@dataclass
class Kill:
    """One kill: when it came, how far the operation was, and what was wrong afterwards."""

    operation: str
    seconds: float  # since it had the library open
    moment: str
    """`before` anything was written, in the `middle`, or `after` all was committed."""
    broken: list[str] = field(default_factory=list)
    half_in: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class KillTest:
    """A library, its files, and what they are known to hold."""

    def __init__(self, work: Path, seed: int) -> None:
        self.library = work.resolve() / "library"
        self.files = work.resolve() / "files"
        self.files.mkdir(parents=True, exist_ok=True)
        self._chance = random.Random(seed)
        self._state = fresh_look(self.library)
        self._longest = {"ingest": 4.0, "remove": 0.2, "reindex": 3.0}
        self._target = EMBEDDERS[1]

    def kill(self) -> Kill:
        """One operation that was killed; those that are quicker than their killer are run again."""
        while True:
            operation = self._operation()
            arguments = getattr(self, f"_{operation}")()
            before = self._state
            delay = self._chance.uniform(0.0, self._longest[operation])
            output = run_and_kill(operation, self.library, arguments, delay)
            self._state = fresh_look(self.library)
            if output is None:
                self._longest[operation] = max(0.85 * self._longest[operation], _SHORTEST)
                continue
            self._longest[operation] *= 1.03
            return self._judged(operation, delay, before, output, arguments)

    def finish(self) -> dict[str, Any]:
        """Run everything to its end: after all kills the library must be able to hold all files again."""
        for arguments in (["ingest", *self._ingest()], ["reindex", "--embedder", EMBEDDERS[0]]):
            done = run(self.library, arguments)
            if done.returncode:
                raise SystemExit(f"citewell {arguments[0]} failed after the kills: {done.stderr}")
        return fresh_look(self.library)

    def _operation(self) -> str:
        if len(self._state["documents"]) < FILES // 2:  # so that there is something to remove and reindex
            done = run(self.library, ["ingest", *self._ingest()])
            if done.returncode:
                raise SystemExit(f"citewell ingest failed after a kill: {done.stderr}")
            self._state = fresh_look(self.library)
        return self._chance.choice(("ingest", "remove", "reindex"))

    def _ingest(self) -> list[str]:
        """Some files are new or changed at each turn; the others are not."""
        for number in range(FILES):
            path = self.files / f"{number:02}.txt"
            if not path.is_file() or self._chance.random() < 0.5:
                path.write_text(text_of(number, self._chance))
        return [str(self.files)]

    def _remove(self) -> list[str]:
        names = sorted(self._state["documents"])
        return self._chance.sample(names, self._chance.randint(1, len(names) // 2))

    def _reindex(self) -> list[str]:
        """Mostly what was begun before, so that killed ones are gone on with; sometimes something else."""
        if self._chance.random() < 0.4:
            self._target = self._chance.choice(EMBEDDERS)
        if self._chance.random() < 0.2:
            return ["--set", f"chunking.max_tokens={self._chance.choice((40, 60))}"]
        return ["--embedder", self._target]

    def _judged(
        self, operation: str, delay: float, before: dict[str, Any], output: str, arguments: Sequence[str]
    ) -> Kill:
        after = self._state
        kill = Kill(operation, round(delay, 3), "", after["broken"], after["half_in"])
        if operation == "ingest":
            reported = stored(output)
            kill.lost = [source for source in reported if source not in after["documents"]]
            kill.moment = moment(
                len(set(after["documents"].items()) - set(before["documents"].items())), FILES
            )
            kill.lost += [s for s in before["documents"] if s not in after["documents"]]
        elif operation == "remove":
            there = [name for name in arguments if name in after["documents"]]
            if there and len(there) < len(arguments):
                kill.broken = [*kill.broken, f"removal: {len(there)} of {len(arguments)} documents are left"]
            kill.lost = [s for s in before["documents"] if s not in arguments and s not in after["documents"]]
            kill.moment = "before" if there else "after"
        else:
            kill.lost = [s for s in before["documents"].items() if s not in after["documents"].items()]
            swapped = after["version"] != before["version"]
            kill.moment = "after" if swapped else "middle" if after["staged"]["documents"] else "before"
            if after["staged"]["old_vectors"]:
                kill.broken = [*kill.broken, f"{after['staged']['old_vectors']} vectors of a former embedder"]
        return kill


def text_of(number: int, chance: random.Random) -> str:
    """A note of some paragraphs, other ones at each call; every chunk of it holds the judge's word."""
    return "\n\n".join(
        f"Note {chance.randrange(10**6)}: "
        + "".join(f"pump {chance.randrange(500)} " for _ in range(20))
        + "."
        for _ in range(chance.randint(2, 5))
    )


def moment(done: int, all_of_them: int) -> str:
    """Where in its work a process was."""
    return "before" if done == 0 else "middle" if done < all_of_them else "after"


def stored(output: str) -> list[str]:
    """The sources that an ingest reported as being in the library; a line that was cut off does not count."""
    lines = (json.loads(line) for line in output.splitlines(keepends=True) if line.endswith("\n"))
    return [line["source"] for line in lines if line["status"] in ("added", "updated", "unchanged")]


def command(library: Path, arguments: Sequence[str]) -> list[str]:
    """The real command line, with small batches so that there are many moments to die at."""
    operation, *rest = arguments
    settings = [] if operation == "remove" else [part for s in SETTINGS for part in ("--set", s)]
    return [*_COMMAND, operation, "--library", str(library), "--json", *settings, *rest]


def run(library: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(library, arguments), capture_output=True, text=True, cwd=ROOT, env=environment(), check=False
    )


def run_and_kill(operation: str, library: Path, arguments: Sequence[str], delay: float) -> str | None:
    """What a process had written when it was killed; None if it was done by then.

    `delay` counts from when it has the catalog open: before that it only imports.
    """
    process = subprocess.Popen(
        command(library, [operation, *arguments]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        while process.poll() is None and not has_open(process.pid, library):
            time.sleep(_POLL)
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    return output if process.returncode == -signal.SIGKILL else None


def has_open(pid: int, library: Path) -> bool:
    """Whether a process has the library's catalog open (Linux)."""
    try:
        return f"{library}/catalog.sqlite-shm" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def fresh_look(library: Path) -> dict[str, Any]:
    """What a new process finds; it makes the library if there is none."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kill_judge", str(library)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    if done.returncode:
        fault = done.stderr.strip().splitlines()[-1]
        nothing = {"documents": 0, "vectors": 0, "old_vectors": 0}
        return {"broken": [f"the library cannot be opened: {fault}"], "half_in": [], "documents": {},
                "version": 0, "embedder": None, "staged": nothing}  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def environment() -> dict[str, str]:
    """One thread, no settings of the user's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CITEWELL_")}
    return kept | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


def table(kills: Sequence[Kill], seeds: str) -> dict[str, Any]:
    """The stored run: a row an operation, and all together."""
    rows = [_row(name, [k for k in kills if k.operation == name]) for name in ("ingest", "remove", "reindex")]
    return {
        "columns": [
            "operation", "kills", "before anything was written", "in the middle", "after the last commit",
            "invariants broken", "documents half in", "reported documents lost",
        ],
        "rows": [*rows, _row("all", kills)],
        "note": f"SIGKILL at random moments (seeds {seeds}), a fresh process checks after each. Library of "
        f"{FILES} small texts, MiniLM and the universal sentence encoder, two cores.",
    }  # fmt: skip


def _row(name: str, kills: Sequence[Kill]) -> list[Any]:
    moments = [sum(kill.moment == moment for kill in kills) for moment in ("before", "middle", "after")]
    faults = [sum(len(getattr(kill, kind)) for kill in kills) for kind in ("broken", "half_in", "lost")]
    return [name, len(kills), *moments, *faults]


def read_log(path: Path) -> list[Kill]:
    """The kills of a run so far."""
    return [Kill(**json.loads(line)) for line in path.read_text().splitlines()]


def main() -> None:
    """Kill until there are enough, or time is up; then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop then; run it again to go on")
    parser.add_argument("--work", type=Path, required=True, help="folder for the library and the log")
    parser.add_argument(
        "--also",
        nargs=2,
        action="append",
        default=[],
        metavar=("SEED", "LOG"),
        help="count another run's kills",
    )
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args()
    log = arguments.work / "kills.jsonl"
    arguments.work.mkdir(parents=True, exist_ok=True)
    kills = read_log(log) if log.is_file() else []
    others = [kill for _, path in arguments.also for kill in read_log(Path(path))]
    seeds = ", ".join([str(arguments.seed), *(seed for seed, _ in arguments.also)])
    test = KillTest(arguments.work, arguments.seed + len(kills))
    give_up = time.monotonic() + 60 * arguments.minutes
    while len(kills) + len(others) < arguments.kills and time.monotonic() < give_up:
        kill = test.kill()
        kills.append(kill)
        with log.open("a") as sink:
            sink.write(json.dumps(asdict(kill)) + "\n")
        sys.stderr.write(f"{len(kills)}: {kill}\n")
    if len(kills) + len(others) >= arguments.kills:
        end = test.finish()
        if end["broken"] or len(end["documents"]) != FILES:
            raise SystemExit(f"after all kills the library does not hold all files: {end}")
        arguments.out.parent.mkdir(exist_ok=True)
        arguments.out.write_text(json.dumps(table([*kills, *others], seeds), indent=1) + "\n")


if __name__ == "__main__":
    main()
