-- Named groups of documents. Members are kept by source: a newer version of a file stays where it was.
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE collection_documents (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    PRIMARY KEY (collection, source)
) WITHOUT ROWID;
