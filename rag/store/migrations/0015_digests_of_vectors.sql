-- What each vector was when it was stored (rag.store.digests), so that `citewell check` sees those that were
-- changed or changed places. Filled right after this where there are vectors.
ALTER TABLE vectors ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
