-- The words of each document's chunks in one row, in place of FTS5: see rag.store.lexical.postings for the bytes.
-- `terms` = '' has all chunks indexed anew when the library is opened next.
DROP TABLE lexical_terms;
DROP TABLE lexical;
CREATE TABLE lexical_terms (
    id INTEGER PRIMARY KEY,
    term TEXT NOT NULL UNIQUE,
    chunks INTEGER NOT NULL                -- in how many chunks the word occurs
);
CREATE TABLE lexical_postings (
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    postings BLOB NOT NULL
);
UPDATE library SET terms = '';
