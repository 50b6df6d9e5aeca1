"""What no one can see is left out of a file and told; its twin that can be seen stays.

The hidden ones run in test_registered.py as an attack; here are the twins, and what is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attacks.hidden import CASES, Case, failure

_SEEN = [case for case in CASES if case.is_seen]
_HIDDEN = [case for case in CASES if not case.is_seen]


def test_there_are_tricks_of_every_format() -> None:
    assert len(_HIDDEN) >= 100
    formats = "html pdf docx xlsx pptx rtf odt ods odp epub eml"
    assert {case.suffix for case in _HIDDEN} == set(formats.split())


@pytest.mark.parametrize("case", _SEEN, ids=[case.name for case in _SEEN])
def test_what_a_person_sees_is_read(case: Case, tmp_path: Path) -> None:
    assert failure(case, tmp_path) == ""
