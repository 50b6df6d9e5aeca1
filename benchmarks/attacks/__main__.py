"""Run the attacks: "kind, inputs tried, held"; kept for docs/security.md with `--keep` (`benchmarks.tables`).

python -m benchmarks.attacks --keep           # as the test suite does
python -m benchmarks.attacks --effort 10      # ten times the inputs
python -m benchmarks.attacks files --failures # one topic, and what did not hold
"""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.attacks import Attack, Trial, attacks
from benchmarks.tables import RESULTS
from rag.temporary import TemporaryFolder


def main() -> int:
    """Print the table; the exit status is 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "topic", nargs="?", default="", help="a module of benchmarks/attacks; all when left out"
    )
    parser.add_argument("--effort", type=int, default=1, help="how many times the inputs of the test suite")
    parser.add_argument("--failures", action="store_true", help="name what did not hold, on standard error")
    parser.add_argument("--keep", action="store_true", help="store the run, for docs/security.md")
    given = parser.parse_args()
    if given.keep and given.topic:
        parser.error("only a run of all topics is kept")
    rows: list[list[object]] = []
    tried = held = 0
    for attack in attacks(given.topic).values():
        trials = _trials(attack, given.effort)
        failed = [trial for trial in trials if trial.failure]
        tried, held = tried + len(trials), held + len(trials) - len(failed)
        rows.append([attack.kind, f"{len(trials):,}", f"{len(trials) - len(failed):,}"])
        print("| {} | {} | {} |".format(*rows[-1]), flush=True)
        for trial in failed if given.failures else ():
            print(f"{attack.kind}: {trial.name}: {trial.failure}", file=sys.stderr)
    rows.append(["all", f"{tried:,}", f"{held:,}"])
    print("| {} | {} | {} |".format(*rows[-1]))
    if given.keep:
        stored = {"columns": ["kind", "inputs tried", "held"], "rows": rows}
        (RESULTS / "attacks.json").write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    return int(held < tried)


def _trials(attack: Attack, effort: int) -> list[Trial]:
    with TemporaryFolder() as folder:  # locked: every start of a command clears those that nobody holds
        return list(attack.run(folder, effort))


if __name__ == "__main__":
    sys.exit(main())
