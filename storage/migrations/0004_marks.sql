-- 0004: what members marked: buttons that were used, favourite pictures, what stands in a server's gallery
-- Date: 2026-11-30
-- Reason: a used button stays coloured, and a star stays a star, also after a restart.

CREATE TABLE used_buttons (
    job_id    TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    custom_id TEXT NOT NULL,
    PRIMARY KEY (job_id, custom_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE favourites (
    user_id INTEGER NOT NULL,
    job_id  TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    at      REAL    NOT NULL,
    PRIMARY KEY (user_id, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gallery (
    job_id     TEXT    PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    at         REAL    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX gallery_of_guild ON gallery (guild_id, at);
