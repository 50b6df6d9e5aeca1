-- Cells of grids (rag.grid): what a document answered to a question. They go with their document, and with any
-- newer version of it.
CREATE TABLE grid_cells (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they were filled
    key BLOB NOT NULL UNIQUE,              -- of document, question, type and settings
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    cell TEXT NOT NULL                     -- JSON of rag.grid.Cell
);
CREATE INDEX grid_cells_by_document ON grid_cells (document);
