"""Questions about all of a list or table: which, how many, the largest, the sum; every record is read."""

from rag.answering.tables.calculation import Calculated, Calculator
from rag.answering.tables.calculation_telling import tell_calculation
from rag.answering.tables.choices import Operation
from rag.answering.tables.chooser import Chooser, load_chooser
from rag.answering.tables.scanner import Scanned, Scanner
from rag.answering.tables.table_telling import tell_scan

__all__ = [
    "Calculated",
    "Calculator",
    "Chooser",
    "Operation",
    "Scanned",
    "Scanner",
    "load_chooser",
    "tell_calculation",
    "tell_scan",
]
