-- 0010: direct messages about moderation that wait to be sent
-- Date: 2026-11-30
-- Reason: who was warned, timed out or pardoned is told also when the program ends before the message is sent.
-- A number is never used twice: it is the nonce by which Discord knows a message that is sent again.

CREATE TABLE letters (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    sentence TEXT    NOT NULL,                          -- its id in bot/text
    facts    TEXT    NOT NULL,                          -- JSON
    at       REAL    NOT NULL,
    next_at  REAL    NOT NULL                           -- not tried before
) STRICT;

CREATE INDEX letters_due ON letters (next_at);
