from __future__ import annotations

import pytest

from ingest.loaders.boxes import spelled


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("☒ The applicant smokes", "☒ The applicant smokes: yes"),
        ("☐ The applicant smokes", "☐ The applicant smokes: no"),
        ("Driving licence ☐", "☐ Driving licence: no"),
        ("Delivery: ☐ Standard ☑ Express", "Delivery: ☒ Express (not chosen: Standard)"),
        ("Smoker ☐ yes ☒ no", "Smoker: ☒ no (not chosen: yes)"),
        ("☐ Pool ☐ Sauna", "☐ Pool: no; ☐ Sauna: no"),
        ("☒ Pool; ☒ Sauna", "☒ Pool: yes; ☒ Sauna: yes"),
        ("2. ☐ Paint", "2. ☐ Paint: no"),
        ("☒ I know the rules. ☐ I agree to pictures.", "☒ I know the rules: yes; ☐ I agree to pictures: no"),
        (
            "Is it listed, as defined in Rule 405 of the Act. Yes ☒ No ☐",
            "Is it listed, as defined in Rule 405 of the Act. ☒ Yes (not chosen: No)",
        ),
        ("Large filer ☒\tSmall filer ☐", "☒ Large filer (not chosen: Small filer)"),
        ("A sentence about much that ends with a box of its own, and it is long enough. ☐",) * 2,
        ("Indicate whether it is a shell. Yes\tNo ☒",) * 2,
        ("Yes ☐ No þ",) * 2,
        ("I agree to the terms. ☐ Yes, all.", "I agree to the terms. ☐ Yes, all: no"),
        ("☒", "☒"),
        ("[x] Driving licence", "☒ Driving licence: yes"),
        ("- [ ] Driving licence", "- ☐ Driving licence: no"),
        ("Delivery: ( ) Standard (x) Express", "Delivery: ☒ Express (not chosen: Standard)"),
        ("Yes [X] No [ ]", "☒ Yes (not chosen: No)"),
        ("( ) Standard\n(x) Express", "☐ Standard: no\n☒ Express: yes"),
        ("Owner [ ]\nTenant [X]", "☐ Owner: no\n☒ Tenant: yes"),
        ("  3. [_] Paint", "  3. ☐ Paint: no"),
        ("(x) the last of many", "(x) the last of many"),
        ("see [x] for a[x] = [ ]", "see [x] for a[x] = [ ]"),
        ("no box here", "no box here"),
    ],
)
def test_boxes_are_told_with_their_labels(line: str, told: str) -> None:
    assert spelled(line) == told
