-- Whose a conversation is ('' where nobody is told apart), whether it stands first, and since when it is deleted:
-- for a while it can be taken back.
ALTER TABLE conversations ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE conversations ADD COLUMN deleted_at TEXT;
CREATE INDEX conversations_by_person ON conversations (person, changed_at);
