-- 0002: lines that stand for several jobs: permutations, repeats, and sweeps with a contact sheet
-- Date: 2026-11-30
-- Reason: the question "draw them?" and the sheet of all cells must outlive a restart.

CREATE TABLE sweeps (
    id         TEXT    PRIMARY KEY,                     -- of the sheet's job too
    user_id    INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    locale     TEXT    NOT NULL,
    text       TEXT    NOT NULL,                        -- as it is shown
    plan       TEXT    NOT NULL,                        -- JSON of storage.sweeps.Plan
    state      TEXT    NOT NULL CHECK (state IN ('asked', 'drawing', 'done', 'cancelled')),
    created_at REAL    NOT NULL
) STRICT;

CREATE INDEX sweeps_open ON sweeps (state, user_id) WHERE state IN ('asked', 'drawing');

ALTER TABLE jobs ADD COLUMN sweep_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN cell INTEGER NOT NULL DEFAULT 0;   -- 1…n, row by row
CREATE INDEX jobs_sweep ON jobs (sweep_id, cell) WHERE sweep_id <> '';
