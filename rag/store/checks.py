"""Every invariant of the store, looked at one by one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from rag.errors import StoreError
from rag.schema import Check
from rag.store.chunks import chunk_ids
from rag.store.database import Database, schema
from rag.store.dense import cache_key
from rag.store.digests import changed_parts, vector_digest
from rag.store.embeddings import active_embedder, vector_batches
from rag.store.lexical import SegmentCache, faults, segment_key
from rag.store.originals import Originals, file_sha256
from rag.store.remade import unlike_their_text
from rag.store.vector_cache import VectorCache
from rag.text import how_many, is_or_are

__all__ = ["run_checks"]

_SHOWN: Final = 3
Faults = Iterator[str]


def run_checks(database: Database, originals: Originals, cache: VectorCache) -> list[Check]:
    """Check the whole library; reads all of it, so it takes as long as that."""
    writable = not database.read_only
    checks: dict[str, tuple[bool, Callable[[sqlite3.Connection], Faults]]] = {
        "database": (False, _database),
        "schema": (False, _schema),
        "foreign keys": (False, _foreign_keys),
        "texts": (False, _texts),
        "stored as it came in": (False, _digests),
        "pages tile the texts": (False, _pages),
        "chunks tile the texts": (False, _chunks),
        "vectors": (False, _vectors),
        "reindex under way": (False, _staged),
        "lexical index": (False, faults),
        "words and sketches of the texts": (False, unlike_their_text),
        "vector cache": (False, lambda connection: _cache(connection, cache)),
        "lexical cache": (False, lambda connection: _segments(connection, cache)),
        "originals": (writable, lambda connection: _originals(connection, originals, writable)),
    }
    return [_checked(database, name, writes, faults) for name, (writes, faults) in checks.items()]


def _checked(
    database: Database, name: str, writes: bool, faults: Callable[[sqlite3.Connection], Faults]
) -> Check:
    try:
        with database.writing() if writes else database.reading() as connection:
            found = list(faults(connection))
    except StoreError as error:
        return Check(name, False, str(error))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return Check(name, not found, "; ".join(found[:_SHOWN]) + more)


def _database(connection: sqlite3.Connection) -> Faults:
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield str(line)


def _schema(connection: sqlite3.Connection) -> Faults:
    """What another hand put in would run with every change: a trigger can delete what it likes."""
    found, wanted = schema(connection), schema()
    for kind, name in sorted(found.keys() | wanted.keys()):
        one, other = found.get((kind, name)), wanted.get((kind, name))
        if one != other:
            fault = "is not of Citewell" if other is None else "is missing" if one is None else "was changed"
            yield f"{kind} {name} {fault}"


def _foreign_keys(connection: sqlite3.Connection) -> Faults:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to nothing in {parent}"


def _texts(connection: sqlite3.Connection) -> Faults:
    documents = connection.execute("SELECT id, source, characters FROM documents").fetchall()
    for row, source, characters in documents:
        length = 0
        pieces = connection.execute("SELECT piece, text FROM texts WHERE document = ? ORDER BY piece", (row,))
        for expected, (piece, text) in enumerate(pieces):
            if piece != expected:
                yield f"{source!r}: piece {expected} of its text is missing"
            length += len(bytes(text).decode("utf-8", "surrogatepass"))
        if length != characters:
            yield f"{source!r}: its text has {how_many(length, 'character')}, not {characters:,}"


def _digests(connection: sqlite3.Connection) -> Faults:
    for row, source in connection.execute("SELECT id, source FROM documents").fetchall():
        changed = " and ".join(changed_parts(connection, row))
        if changed:
            yield f"{source!r}: its {changed} changed after it was stored; ingest it again"


def _pages(connection: sqlite3.Connection) -> Faults:
    rows = connection.execute(
        "SELECT d.source, d.characters, d.pages, p.number, p.start, p.end FROM documents d"
        " LEFT JOIN pages p ON p.document = d.id ORDER BY d.id, p.number"
    )
    return _tiling("page", rows, 1)


def _chunks(connection: sqlite3.Connection) -> Faults:
    rows = connection.execute(
        "SELECT d.source, d.characters, d.chunks, c.ordinal, c.start, c.end FROM documents d"
        " LEFT JOIN chunks c ON c.document = d.id ORDER BY d.id, c.ordinal"
    )
    yield from _tiling("chunk", rows, 0)
    for source, first, ordinal, chunk in connection.execute(
        "SELECT d.source, d.first_chunk, c.ordinal, c.id FROM chunks c JOIN documents d ON d.id = c.document"
        " WHERE c.id != d.first_chunk + c.ordinal"
    ):
        yield f"{source!r}: chunk {ordinal} has id {chunk}, not {first + ordinal}"
    counted, there = connection.execute(
        "SELECT l.chunks, (SELECT count(*) FROM chunks) FROM library l"
    ).fetchone()
    if counted != there:
        yield f"{how_many(there, 'chunk')} {is_or_are(there)} there, {counted} {is_or_are(counted)} counted"


def _tiling(name: str, rows: sqlite3.Cursor, first: int) -> Faults:
    """Each document's spans, numbered from `first`, must follow one another to the end of its text."""
    current, length, count, number, position = None, 0, 0, first, 0
    for source, characters, wanted, found, start, end in rows:
        if source != current:
            if current is not None and (position, number - first) != (length, count):
                yield f"{current!r}: {number - first} {name}s to {position}, not {count} to {length}"
            current, length, count, number, position = source, characters, wanted, first, 0
        if found is None:
            continue
        if found != number or start != position or end < start:
            yield f"{source!r}: {name} {found} is {start} to {end}, not {name} {number} from {position}"
        number, position = found + 1, end
    if current is not None and (position, number - first) != (length, count):
        yield f"{current!r}: {number - first} {name}s to {position}, not {count} to {length}"


def _vectors(connection: sqlite3.Connection) -> Faults:
    active = active_embedder(connection)
    ids = chunk_ids(connection)
    if active is None:
        if ids.size:
            yield f"{how_many(int(ids.size), 'chunk')} and no embedder"
        return
    embedder, _, dimension = active
    wrong = connection.execute(
        "SELECT count(*) FROM vectors v JOIN embedders e ON e.id = v.embedder"
        " WHERE length(v.vector) != 4 * e.dimension"
    ).fetchone()[0]
    if wrong:
        yield f"{wrong} vectors of another length than their embedder's"
        return
    changed = sum(
        vector_digest(*values) != bytes(digest)
        for *values, digest in connection.execute("SELECT embedder, hash, vector, digest FROM vectors")
    )
    if changed:
        yield f"{how_many(changed, 'vector')} changed after being stored; ingest into a new library"
    missing = 0
    for part, vectors in vector_batches(connection, embedder, dimension, ids):
        finite = np.isfinite(vectors).all(axis=1)
        missing += -len(part)
        if not finite.all():
            yield f"chunk {part[~finite][0]} has a vector with a value that is not a finite number"
    missing += len(ids)
    if missing:
        yield f"{how_many(missing, 'chunk')} without a vector"
    unused = connection.execute(
        "SELECT count(*) FROM vectors WHERE hash NOT IN (SELECT hash FROM chunks)"
        " AND hash NOT IN (SELECT hash FROM staged_chunks)"
    ).fetchone()[0]
    if unused:
        yield f"{unused} vectors of texts that no chunk has"


def _staged(connection: sqlite3.Connection) -> Faults:
    """What a reindex has ready must fit the documents, for it takes the place of their chunks."""
    rows = connection.execute(
        "SELECT d.source, d.characters, c.ordinal, c.chunk FROM staged_documents s"
        " JOIN documents d ON d.id = s.document LEFT JOIN staged_chunks c ON c.document = s.document"
        " ORDER BY s.document, c.ordinal"
    ).fetchall()
    reached: dict[str, tuple[int, int]] = {}
    for source, characters, ordinal, chunk in rows:
        position, _ = reached.get(source, (0, characters))
        if ordinal is not None:
            found, start, end = json.loads(chunk)[1:4]
            if (found, start) != (ordinal, position) or end < start:
                yield f"{source!r}: staged chunk {ordinal} is {start} to {end}, not from {position}"
            position = end
        reached[source] = (position, characters)
    for source, (position, characters) in reached.items():
        if position and position != characters:
            yield f"{source!r}: staged chunks to {position}, not to {characters}"
    if connection.execute("SELECT count(*) FROM reindexing").fetchone()[0] == 0 and rows:
        staged = f"{how_many(len(reached), 'document')} {is_or_are(len(reached))} staged"
        yield f"{staged} and no reindex is under way"


def _segments(connection: sqlite3.Connection, cache: VectorCache) -> Faults:
    fault = SegmentCache(cache.folder / "lexical").fault(segment_key(connection))
    if fault:
        yield f"{fault}; it will be built again at the next search"


def _cache(connection: sqlite3.Connection, cache: VectorCache) -> Faults:
    key = cache_key(connection)
    manifest = cache.manifest(key.fingerprint) if key else None
    if key is None or manifest is None:
        return
    fault = cache.fault(manifest, key)
    if fault:
        yield f"{fault}; it will be built again at the next search"
        return
    loaded = cache.load(key, lambda ids: (ids, np.empty((0, key.dimension), np.float32)))
    if loaded is None or len(loaded[0]) != manifest.count:
        yield f"{manifest.file} does not hold the {manifest.count} vectors of its manifest"
    elif manifest.version == key.version and not np.array_equal(loaded[0].ids(), chunk_ids(connection)):
        yield f"{manifest.file} holds other chunks than the catalog"


def _originals(connection: sqlite3.Connection, originals: Originals, writable: bool) -> Faults:
    """Under the write lock where there is one: no other process is then in the middle of adding a file."""
    if writable:
        for note in originals.notes():
            originals.settle(connection, note)
    rows = connection.execute("SELECT file, sha256, source FROM documents WHERE file IS NOT NULL").fetchall()
    for name, sha256, source in rows:
        path = originals.path(name)
        if not originals.is_kept(path):
            yield f"{source!r}: its original {name} is missing"
        elif file_sha256(path) != sha256:
            yield f"{source!r}: its original {name} was changed"
    orphans = sorted(set(originals.names()) - {name for name, _, _ in rows})
    yield from (f"{name} in {originals.folder.name}/ belongs to no document" for name in orphans)
