-- What was stored, so that `citewell check` sees what was changed since: SHA-256 of the text with its pages and
-- blocks, and of the chunks (rag.store.digests). '' in a library from before; filled when it is opened next.
ALTER TABLE documents ADD COLUMN text_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN chunks_digest TEXT NOT NULL DEFAULT '';
CREATE INDEX documents_without_digest ON documents (id) WHERE text_digest = '';
