-- 0001: jobs and their pictures, the fair queue, members' settings, the audit log
-- Date: 2026-11-22
-- Reason: the first schema. docs/decisions/0002-queue.md explains the queue's tables.

CREATE TABLE jobs (
    seq               INTEGER PRIMARY KEY,              -- order of arrival
    id                TEXT    NOT NULL UNIQUE,
    user_id           INTEGER NOT NULL,
    guild_id          INTEGER NOT NULL,
    channel_id        INTEGER NOT NULL,
    parent_id         TEXT    NOT NULL,                 -- '': none
    parent_index      INTEGER NOT NULL,
    interaction_id    INTEGER NOT NULL,                 -- 0: none
    interaction_token TEXT    NOT NULL,                 -- emptied when it has expired
    locale            TEXT    NOT NULL,
    text              TEXT    NOT NULL,
    request           TEXT    NOT NULL,                 -- JSON of gpu.types.GenerationRequest
    task              TEXT    NOT NULL AS (json_extract(request, '$.task')),

    -- the queue
    pool              TEXT    NOT NULL,
    lane              TEXT    NOT NULL CHECK (lane IN ('turbo', 'fast', 'relax')),
    tier              TEXT    NOT NULL AS (iif(lane = 'relax', 'relax', 'paid')),
    weight            REAL    NOT NULL CHECK (weight > 0),
    estimate          REAL    NOT NULL CHECK (estimate >= 0),   -- device seconds
    cost              REAL    NOT NULL DEFAULT 0,               -- device seconds, once known
    state             TEXT    NOT NULL
                      CHECK (state IN ('queued', 'running', 'review', 'done', 'failed', 'cancelled', 'blocked')),
    attempt           INTEGER NOT NULL DEFAULT 0,       -- raised by each claim
    crashes           INTEGER NOT NULL DEFAULT 0,       -- claims that ended without any answer
    worker            TEXT    NOT NULL DEFAULT '',
    boot_id           TEXT    NOT NULL DEFAULT '',      -- which run of the program holds the lease
    lease_until       REAL    NOT NULL DEFAULT 0,
    error             TEXT,                             -- JSON: code, facts

    created_at        REAL    NOT NULL,                 -- seconds since 1970, like all times
    started_at        REAL    NOT NULL DEFAULT 0,
    finished_at       REAL    NOT NULL DEFAULT 0,

    -- delivery
    message_id        INTEGER NOT NULL DEFAULT 0,
    told_state        TEXT    NOT NULL DEFAULT '',
    told_at           REAL    NOT NULL DEFAULT 0
) STRICT;

-- A member's next job is the first row of (pool, tier, user); 'turbo' sorts after 'fast', hence DESC.
CREATE INDEX jobs_waiting  ON jobs (pool, tier, user_id, lane DESC, seq) WHERE state = 'queued';
CREATE INDEX jobs_running  ON jobs (user_id) WHERE state = 'running';
CREATE INDEX jobs_ended    ON jobs (pool, finished_at) WHERE finished_at > 0 AND estimate > 0;
CREATE INDEX jobs_created  ON jobs (pool, created_at) WHERE estimate > 0;
CREATE INDEX jobs_untold   ON jobs (seq) WHERE told_state <> state;
CREATE INDEX jobs_of_user  ON jobs (user_id, seq);
CREATE INDEX jobs_children ON jobs (parent_id, user_id) WHERE parent_id <> '';
CREATE INDEX jobs_message  ON jobs (message_id) WHERE message_id <> 0;
CREATE INDEX jobs_token    ON jobs (created_at) WHERE interaction_token <> '';
CREATE UNIQUE INDEX jobs_interaction ON jobs (interaction_id) WHERE interaction_id <> 0;

CREATE TABLE images (
    job_id  TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    "index" INTEGER NOT NULL,                           -- 1…n, as on the buttons
    path    TEXT    NOT NULL,                           -- relative to the data directory
    seed    INTEGER NOT NULL,
    width   INTEGER NOT NULL,
    height  INTEGER NOT NULL,
    scores  TEXT    NOT NULL,                           -- JSON: category → score of the image check
    latents TEXT    NOT NULL,
    PRIMARY KEY (job_id, "index")
) STRICT, WITHOUT ROWID;

-- One row for each member in each pool and tier: what they were charged so far, and whether it may be their turn.
CREATE TABLE flows (
    user_id    INTEGER NOT NULL,
    pool       TEXT    NOT NULL,
    tier       TEXT    NOT NULL,
    tag        REAL    NOT NULL DEFAULT 0,              -- weighted device seconds charged: lowest is next
    head_start REAL    NOT NULL DEFAULT 0,              -- what the next job may jump ahead, because it pays for it
    rank       REAL    NOT NULL AS (tag - head_start),
    next_seq   INTEGER,                                 -- the member's next job; NULL: none waits
    eligible   INTEGER NOT NULL DEFAULT 0,              -- a job waits and the member is below the running limit
    passed     INTEGER NOT NULL DEFAULT 0,              -- how often others went first to fill a batch
    PRIMARY KEY (user_id, pool, tier)
) STRICT, WITHOUT ROWID;

CREATE INDEX flows_turn    ON flows (pool, tier, rank, next_seq) WHERE eligible = 1;
CREATE INDEX flows_waiting ON flows (pool, tier, rank) WHERE next_seq IS NOT NULL;

CREATE TABLE clocks (
    pool    TEXT    NOT NULL,
    tier    TEXT    NOT NULL,
    time    REAL    NOT NULL DEFAULT 0,                 -- the highest rank that was ever claimed
    skipped INTEGER NOT NULL DEFAULT 0,                 -- claims of the pool since this tier's last one
    PRIMARY KEY (pool, tier)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    user_id INTEGER PRIMARY KEY,
    params  TEXT    NOT NULL DEFAULT '{}'               -- JSON: the member's own defaults
) STRICT;

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       REAL    NOT NULL,
    guild_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    action   TEXT    NOT NULL,
    target   TEXT    NOT NULL,
    before   TEXT    NOT NULL,
    after    TEXT    NOT NULL,
    reason   TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_of_guild ON audit (guild_id, seq);
