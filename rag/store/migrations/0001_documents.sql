CREATE TABLE embedders (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    dimension INTEGER NOT NULL
);

-- One row: what the library is and where it stands.
CREATE TABLE library (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,                    -- random; ties the vector cache to this catalog
    version INTEGER NOT NULL,              -- grows with every transaction that changes documents
    embedder INTEGER REFERENCES embedders (id),
    terms TEXT NOT NULL                    -- names the rules by which the lexical index cut its words
);
INSERT INTO library VALUES (1, lower(hex(randomblob(16))), 0, NULL, '');

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    pages INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,          -- a document's chunks have consecutive ids from here
    chunks INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    metadata TEXT NOT NULL,                -- JSON object
    warnings TEXT NOT NULL,                -- JSON array
    file TEXT                              -- name in files/, where the original is kept
);
CREATE INDEX documents_by_sha256 ON documents (sha256);
CREATE INDEX documents_by_file ON documents (file);

-- Text is kept in pieces of equal length in characters, so that a slice reads only what it needs.
-- UTF-8 as blobs: a blob keeps NUL characters and lone surrogates, which TEXT does not.
CREATE TABLE texts (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    piece INTEGER NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (document, piece)
);

CREATE TABLE pages (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    label TEXT NOT NULL,
    width REAL,
    height REAL,
    warnings TEXT NOT NULL,                -- JSON array
    geometry BLOB,                         -- last, so that reading the rest does not read it
    PRIMARY KEY (document, number)
);

CREATE TABLE blocks (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    kind TEXT NOT NULL,
    level INTEGER NOT NULL
);
CREATE INDEX blocks_by_place ON blocks (document, start);
