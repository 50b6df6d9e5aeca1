"""Questions about all of a list or table: which, how many, the largest, the sum; every record is read."""

from rag.answering.scan.scan import SCAN_RIGHT, Scanned, Scanner, tell_scan

__all__ = ["SCAN_RIGHT", "Scanned", "Scanner", "tell_scan"]
