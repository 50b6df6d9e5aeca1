-- How many chunks there are, kept by SQLite itself: summing up wide rows of all documents takes too long.
ALTER TABLE library ADD COLUMN chunks INTEGER NOT NULL DEFAULT 0;
UPDATE library SET chunks = (SELECT coalesce(sum(chunks), 0) FROM documents);
CREATE TRIGGER chunks_added AFTER INSERT ON documents
BEGIN
    UPDATE library SET chunks = chunks + NEW.chunks;
END;
CREATE TRIGGER chunks_removed AFTER DELETE ON documents
BEGIN
    UPDATE library SET chunks = chunks - OLD.chunks;
END;
CREATE TRIGGER chunks_recut AFTER UPDATE OF chunks ON documents
BEGIN
    UPDATE library SET chunks = chunks + NEW.chunks - OLD.chunks;
END;
-- Covers what the indexes ask of every document.
CREATE INDEX documents_by_chunks ON documents (first_chunk, chunks);
