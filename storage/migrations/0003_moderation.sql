-- 0003: what servers decide: policies, words, limits; what moderators did: sanctions, strikes, reviews, reports, appeals
-- Date: 2026-11-30
-- Reason: a moderator's decisions outlive a restart. A user id below 0 is the keyed hash of a member who left for good.

CREATE TABLE policies (
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,                        -- 0: the whole server
    layer      TEXT    NOT NULL,                        -- JSON: category → action
    PRIMARY KEY (guild_id, channel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE words (
    guild_id INTEGER NOT NULL,
    word     TEXT    NOT NULL,                          -- as the check reads it: lower case, without accents
    kind     TEXT    NOT NULL CHECK (kind IN ('block', 'allow')),
    PRIMARY KEY (guild_id, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
    guild_id  INTEGER NOT NULL,
    scope     TEXT    NOT NULL CHECK (scope IN ('guild', 'channel', 'role', 'user')),
    target_id INTEGER NOT NULL,                         -- 0 for the guild
    rule      TEXT    NOT NULL,                         -- JSON of bot.gate.Allowance
    PRIMARY KEY (guild_id, scope, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sanctions (
    seq       INTEGER PRIMARY KEY,
    guild_id  INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('ban', 'timeout')),
    at        REAL    NOT NULL,
    until     REAL    NOT NULL,                         -- 0: for good
    actor_id  INTEGER NOT NULL,                         -- 0: the ladder of strikes
    reason    TEXT    NOT NULL,
    lifted_at REAL    NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX sanctions_in_force ON sanctions (user_id, guild_id) WHERE lifted_at = 0;

CREATE TABLE strikes (
    seq         INTEGER PRIMARY KEY,
    guild_id    INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    at          REAL    NOT NULL,
    category    TEXT    NOT NULL,
    actor_id    INTEGER NOT NULL,                       -- 0: a check
    reason      TEXT    NOT NULL,
    forgiven_at REAL    NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX strikes_in_force ON strikes (user_id, guild_id, at) WHERE forgiven_at = 0;

CREATE TABLE reviews (
    job_id      TEXT    PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    guild_id    INTEGER NOT NULL,
    reason      TEXT    NOT NULL,                       -- a category, or 'reports'
    opened_at   REAL    NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'deleted')),
    decided_by  INTEGER NOT NULL DEFAULT 0,
    decided_at  REAL    NOT NULL DEFAULT 0,
    channel_id  INTEGER NOT NULL DEFAULT 0,             -- where moderators see it
    message_id  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX reviews_open ON reviews (guild_id, opened_at) WHERE state = 'open';

CREATE TABLE reports (
    job_id   TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL,
    at       REAL    NOT NULL,
    PRIMARY KEY (job_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE appeals (
    seq        INTEGER PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    at         REAL    NOT NULL,
    about      TEXT    NOT NULL,                        -- 'strike', 'timeout', 'ban'
    text       TEXT    NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'granted', 'refused')),
    decided_by INTEGER NOT NULL DEFAULT 0,
    decided_at REAL    NOT NULL DEFAULT 0,
    channel_id INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX appeals_of ON appeals (user_id, at);

ALTER TABLE jobs ADD COLUMN running_limit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN waiting_limit INTEGER NOT NULL DEFAULT -1;

CREATE INDEX jobs_of_day ON jobs (user_id, created_at);
