-- The embedder that knows several languages: its vectors stay beside those that are searched.
ALTER TABLE library ADD COLUMN second_embedder INTEGER REFERENCES embedders (id);
