-- The headers of table rows, each once a document: rows of one table share theirs.
CREATE TABLE row_headers (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    header TEXT NOT NULL,                  -- JSON array: the fields of rag.schema.RowHeader in their order
    PRIMARY KEY (document, number)
);
ALTER TABLE blocks ADD COLUMN header INTEGER;  -- number in row_headers; null for all else and in older libraries
ALTER TABLE chunks ADD COLUMN context TEXT NOT NULL DEFAULT '';  -- what stands above its first row in a table
