"""Run the attacks and print "kind, inputs tried, held" in Markdown, for docs/security.md.

python -m benchmarks.attacks                  # as the test suite does
python -m benchmarks.attacks --effort 10      # ten times the inputs
python -m benchmarks.attacks files --failures # one topic, and what did not hold
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.attacks import Attack, Trial, attacks


def main() -> int:
    """Print the table; the exit status is 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "topic", nargs="?", default="", help="a module of benchmarks/attacks; all when left out"
    )
    parser.add_argument("--effort", type=int, default=1, help="how many times the inputs of the test suite")
    parser.add_argument("--failures", action="store_true", help="name what did not hold, on standard error")
    given = parser.parse_args()
    print("| kind | inputs tried | held |", "|-|-|-|", sep="\n")
    tried = held = 0
    for attack in attacks(given.topic).values():
        trials = _trials(attack, given.effort)
        failed = [trial for trial in trials if trial.failure]
        tried, held = tried + len(trials), held + len(trials) - len(failed)
        print(f"| {attack.kind} | {len(trials):,} | {len(trials) - len(failed):,} |", flush=True)
        for trial in failed if given.failures else ():
            print(f"{attack.kind}: {trial.name}: {trial.failure}", file=sys.stderr)
    print(f"| all | {tried:,} | {held:,} |")
    return int(held < tried)


def _trials(attack: Attack, effort: int) -> list[Trial]:
    with tempfile.TemporaryDirectory(prefix="citewell-attack-") as folder:
        return list(attack.run(Path(folder), effort))


if __name__ == "__main__":
    sys.exit(main())
