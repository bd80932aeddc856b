-- 0008: whether the member of a job was mentioned when it was over
-- Date: 2026-11-30
-- Reason: whoever waited for long is called once, also across a restart.
ALTER TABLE jobs ADD COLUMN mentioned INTEGER NOT NULL DEFAULT 0;
