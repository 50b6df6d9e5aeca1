"""Questions about all of a list or table: which, how many, the largest, the sum; every record is read."""

from rag.answering.scan.scan import SCAN_RIGHT, Completed, Scanner
from rag.answering.scan.scan_telling import tell_scan
from rag.answering.scan.scanned import Scanned

__all__ = ["SCAN_RIGHT", "Completed", "Scanned", "Scanner", "tell_scan"]
