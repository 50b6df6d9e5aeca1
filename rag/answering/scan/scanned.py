"""A collection that was read whole, and the records in it that answer a question."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answering.scan.cues import Operation
from rag.answering.scan.record_collections import Collection, Field, Record
from rag.answering.scan.request import EXTREMES, Request
from rag.answering.scan.values import order_of
from rag.schema import Coverage, Passage

__all__ = ["Scanned", "field_of"]


@dataclass(frozen=True)
class Scanned:
    """A collection that was read whole, what the question wants of it, and the passages that hold it."""

    request: Request
    collection: Collection
    passages: tuple[Passage, ...]
    coverage: Coverage

    @property
    def told(self) -> tuple[Record, ...]:
        """The records that answer."""
        records, field = self.request.records, self.request.field
        if self.request.operation not in EXTREMES:
            return records
        sign = 1.0 if self.request.operation is Operation.LARGEST else -1.0
        numbers = [sign * (order_of(field_of(record, field).value) or 0.0) for record in records]
        return tuple(r for r, number in zip(records, numbers, strict=True) if number == max(numbers))

    @property
    def shown(self) -> tuple[Record, ...]:
        """The records that are cited: those that answer, or all that were looked at where none does."""
        return self.told or self.collection.records

    @property
    def says(self) -> tuple[object, ...]:
        """What is answered, to be compared with what another collection says."""
        request = self.request
        values = [(record.label, field_of(record, request.field).value) for record in self.told]
        return (request.operation, *sorted(values))


def field_of(record: Record, name: str) -> Field:
    """A record's field; an empty one where it has none of this name."""
    return next((field for field in record.fields if field.name == name), Field(name, "", record.unit))
