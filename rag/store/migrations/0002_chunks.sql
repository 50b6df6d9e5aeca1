-- AUTOINCREMENT: an id is never given twice, so an index that lags behind cannot mistake one chunk for another.
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    last_page INTEGER NOT NULL,
    headings TEXT NOT NULL,                -- JSON array
    hash BLOB NOT NULL,                    -- of the text that was embedded
    UNIQUE (document, ordinal)
);
CREATE INDEX chunks_by_hash ON chunks (hash);

-- Equal texts share one vector. float32, little-endian.
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    embedder INTEGER NOT NULL REFERENCES embedders (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (hash, embedder)
);
