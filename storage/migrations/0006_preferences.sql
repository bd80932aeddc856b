-- 0006: what members, channels and servers prefer
-- Date: 2026-11-30
-- Reason: defaults in layers, members' own flags, and how they like to be told.

CREATE TABLE preferences (
    layer    TEXT    NOT NULL CHECK (layer IN ('guild', 'channel', 'user')),
    owner_id INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (layer, owner_id, name)
) STRICT, WITHOUT ROWID;
