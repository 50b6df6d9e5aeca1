-- What a server or bucket called the version of a document when it was fetched: what has the same one still is
-- not fetched again. Goes with its document, and with any newer version of it.
CREATE TABLE fetched (
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    version TEXT NOT NULL
);
