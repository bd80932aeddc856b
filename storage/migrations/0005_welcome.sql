-- 0005: who was welcomed already, once in a lifetime
-- Date: 2026-11-30
-- Reason: each member sees the examples and the rules after the first command, and never again
ALTER TABLE users ADD COLUMN welcomed INTEGER NOT NULL DEFAULT 0;
