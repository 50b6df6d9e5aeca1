-- The digest of a document's text now also covers what it is called and where it came from: a citation names it.
-- Made again when the library is opened next.
UPDATE documents SET text_digest = '';
