from __future__ import annotations

from benchmarks.tables_icdar import Cell, Relations, relations, scored

TABLE = [
    Cell("Years", 0, 0, 1, 2),
    Cell("2022", 1, 1, 1, 1),
    Cell("2021", 1, 1, 2, 2),
    Cell("Sales", 2, 2, 0, 0),
]
VALUES = [Cell("5", 2, 2, 1, 1), Cell(" ", 2, 2, 2, 2)]


def test_nearest_neighbours_to_the_right_and_below() -> None:
    assert relations([*TABLE, *VALUES]) == Relations(
        {
            ("Years", "2022", "below"): 1,
            ("Years", "2021", "below"): 1,
            ("2022", "2021", "right"): 1,
            ("Sales", "5", "right"): 1,
            ("2022", "5", "below"): 1,
        }
    )


def test_precision_recall_and_their_mean() -> None:
    wanted = relations([*TABLE, *VALUES])
    assert scored(wanted, wanted) == (1.0, 1.0, 1.0)
    assert scored(Relations(), wanted) == (0.0, 0.0, 0.0)
    precision, recall, f1 = scored(relations(TABLE), wanted)
    assert (precision, recall) == (1.0, 0.6)
    assert round(f1, 3) == 0.75
