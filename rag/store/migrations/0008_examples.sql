-- Worked examples that people approved: an answer of a run, with the passages that it rests on.
CREATE TABLE examples (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
    example_id TEXT NOT NULL UNIQUE,
    fields TEXT NOT NULL,                  -- JSON object, as a line of a pool
    created_at TEXT NOT NULL
);

-- An example goes with its evidence: no later prompt may show what was removed from the library.
CREATE TABLE example_documents (
    example INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (example, document)
);
CREATE INDEX example_documents_by_document ON example_documents (document);
CREATE TRIGGER examples_need_their_documents AFTER DELETE ON example_documents BEGIN
    DELETE FROM examples WHERE id = OLD.example;
END;
