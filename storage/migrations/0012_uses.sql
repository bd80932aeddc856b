-- 0012: what members used of a day, in one place; what is left of it when a member has all data deleted
-- Date: 2026-11-30
-- Reason: deleting one's data must not open a new daily limit. The user id here is always the keyed hash.

CREATE TABLE former_uses (
    seq      INTEGER PRIMARY KEY,
    user_id  INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,
    pool     TEXT    NOT NULL,
    at       REAL    NOT NULL,                          -- when the last job was made
    images   INTEGER NOT NULL,
    seconds  REAL    NOT NULL,
    price    REAL    NOT NULL
) STRICT;

CREATE INDEX former_uses_of ON former_uses (user_id, at);

CREATE VIEW uses AS
SELECT user_id, guild_id, pool, created_at AS at,
    iif(drawn, json_extract(request, '$.params.num_images'), 0) AS images,
    iif(drawn, iif(state IN ('queued', 'running'), estimate, cost), 0.0) AS seconds,
    iif(drawn, created_at, 0.0) AS drawn_at,
    iif(charged, coalesce(json_extract(request, '$.price'), 0.0), 0.0) AS price
FROM (
    SELECT *,
        task <> 'upscale' AND (state NOT IN ('cancelled', 'failed', 'blocked') OR cost > 0) AS drawn,
        estimate > 0 AND (
            state IN ('queued', 'running', 'review', 'done', 'blocked') OR (state = 'cancelled' AND started_at > 0)
        ) AS charged
    FROM jobs
)
UNION ALL
SELECT user_id, guild_id, pool, at, images, seconds, at AS drawn_at, price FROM former_uses;
