"""The licences of all installed packages; fails where one is unknown, or asks for our source."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions
from typing import Final

_COPYLEFT: Final = re.compile(r"\b(AGPL|GPL|SSPL|EUPL|BUSL)|Affero|GNU General Public", re.IGNORECASE)
_CHOICE: Final = re.compile(r"\bOR\b|LGPL|Lesser|WITH|exception", re.IGNORECASE)
"""What may be taken under other terms, or linked without taking ours over."""


def licence(package: Distribution) -> str:
    """What a package's metadata say in one line; empty where they say nothing."""
    metadata = package.metadata
    stated = str(metadata.get("License-Expression") or "").strip()
    classifiers = [
        line.rsplit("::", 1)[-1].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::") and line.count("::") > 1
    ]
    free = [line.strip() for line in str(metadata.get("License") or "").splitlines() if line.strip()]
    return stated or " AND ".join(classifiers) or (free[0][:60] if free else "")


def main() -> int:
    """Print one line per package, then what is wrong."""
    found = {
        str(package.metadata["Name"]): (package.version, licence(package)) for package in distributions()
    }
    wrong = []
    for name, (version, terms) in sorted(found.items(), key=lambda item: item[0].lower()):
        print(f"{name:36} {version:16} {terms or '?'}")
        if not terms or (_COPYLEFT.search(terms) and not _CHOICE.search(terms)):
            wrong.append(name)
    if wrong:
        print(f"\nlook at the licences of {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
