"""Which of two texts tells more: computed only where the values can be compared."""

from __future__ import annotations

import pytest

from rag.answering.comparing.compared_values import compared_values


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("The recommended price is 149 euros.", "The recommended price is 219 euros.", -1),
        ("It costs 149 euros.", "The price is 99 euros.", 1),
        ("Damage up to 500,000 euros per case.", "Damage up to 2 million euros per case.", -1),
        ("14 apprentices began.", "17 apprentices began.", -1),
        ("58元", "128元", -1),
        ("46", "71", -1),
        ("Opened on 14 May 1991.", "Opened on 3 September 2008.", -1),
        ("2024-09-02", "2023-03-10", 1),
        ("three months' notice", "one month's notice", 1),
        # what cannot be compared, or is the same
        ("750 ml", "2 l", 0),
        ("45 minutes", "2 hours", 0),
        ("about 291,000 people", "about 212,000 inhabitants", 0),
        ("8 metres and 3,200 litres", "9 metres and 4,500 litres", 0),
        ("It costs 5 euros.", "It costs 5 euros.", 0),
        ("Opened on 14 May 1991.", "Opened in 2008.", 0),
        ("EU only", "worldwide", 0),
        ("The rent is 900 euros a month.", "The rent is 1000 euros a year.", 0),
        ("The rent is 940 euros a month, due at once.", "The rent is 1080 euros a month.", -1),
        ("$1,000", "€950", 0),
        ("The deposit is $1,000.", "The deposit is €950.", 0),
        ("4 %", "5 ‰", 0),
        # a point that groups digits, or stands before decimals
        ("De huur bedraagt 1.150 euro.", "De huur bedraagt 980 euro.", 0),
        ("El precio es de 28.900 euros.", "El precio es de 36.500 euros.", -1),
        ("3.900 mAh", "4.400 mAh", -1),
    ],
)
def test_order(first: str, second: str, order: int) -> None:
    assert compared_values(first, second) == order
    assert compared_values(second, first) == -order
