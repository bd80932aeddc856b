-- 0007: what a server or the operator switched, and questions that wait for a moderator's yes
-- Date: 2026-11-30
-- Reason: a pause, the moderators' channel and an open question outlive a restart.

CREATE TABLE settings (
    guild_id INTEGER NOT NULL,                          -- 0: everywhere
    name     TEXT    NOT NULL,
    value    TEXT    NOT NULL,                          -- JSON
    PRIMARY KEY (guild_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmations (
    id       TEXT    PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,                          -- who was asked; nobody else can answer
    action   TEXT    NOT NULL,
    facts    TEXT    NOT NULL,                          -- JSON
    at       REAL    NOT NULL
) STRICT, WITHOUT ROWID;
