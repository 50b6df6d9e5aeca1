CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL                   -- JSON object
);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);

CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    question TEXT NOT NULL
);
CREATE INDEX turns_by_conversation ON turns (conversation);
CREATE INDEX turns_by_run ON turns (run);

CREATE TABLE feedback (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    rating INTEGER NOT NULL CHECK (rating IN (-1, 1)),
    wanted_answer TEXT NOT NULL,
    created_at TEXT NOT NULL
);
