-- By which rules a document was read and cut: where they are others now, it is read or cut again.
ALTER TABLE documents ADD COLUMN loaded_by TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN chunked_by TEXT NOT NULL DEFAULT '';

-- JSON object of the settings that build this embedder; empty where a program passed one in.
ALTER TABLE embedders ADD COLUMN settings TEXT NOT NULL DEFAULT '';

-- MinHash signatures: documents that share one of their bands are compared.
CREATE TABLE sketches (
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    signature BLOB NOT NULL
);
CREATE TABLE sketch_bands (
    band BLOB NOT NULL,
    document INTEGER NOT NULL REFERENCES sketches (document) ON DELETE CASCADE,
    PRIMARY KEY (band, document)
) WITHOUT ROWID;
CREATE INDEX sketch_bands_by_document ON sketch_bands (document);

-- A reindex that is under way: at most one row. What is staged takes the place of the chunks at its end.
CREATE TABLE reindexing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    embedder INTEGER NOT NULL REFERENCES embedders (id),
    chunked_by TEXT NOT NULL,
    started_at TEXT NOT NULL
);
CREATE TABLE staged_documents (
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    recut INTEGER NOT NULL                 -- 0 where the chunks are those that are there already
);
CREATE TABLE staged_chunks (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES staged_documents (document) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    chunk TEXT NOT NULL,                   -- JSON array of its fields
    hash BLOB NOT NULL,                    -- of the text that is embedded
    UNIQUE (document, ordinal)
);
CREATE INDEX vectors_by_embedder ON vectors (embedder);
CREATE INDEX staged_chunks_by_hash ON staged_chunks (hash);
