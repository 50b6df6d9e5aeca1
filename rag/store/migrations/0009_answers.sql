-- Answers kept for the same question asked again: valid for one state of the library only.
CREATE TABLE answers (
    key BLOB PRIMARY KEY,                  -- of question, history, documents, settings and library version
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,              -- the library's when it was made
    answer TEXT NOT NULL                   -- JSON of rag.schema.Answer
) WITHOUT ROWID;
CREATE INDEX answers_by_run ON answers (run);
