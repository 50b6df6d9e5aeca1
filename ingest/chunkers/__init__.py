"""Chunkers: cut a document into chunks that tile its text."""

from ingest.chunkers.structure import StructureChunker

__all__ = ["StructureChunker"]
