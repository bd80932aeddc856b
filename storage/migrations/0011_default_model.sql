-- 0011: a server's default model is a default like the others
-- Date: 2026-11-30
-- Reason: it was kept beside them, and two places could say two things.

INSERT INTO preferences (layer, owner_id, name, value)
SELECT 'guild', guild_id, 'model', json_extract(value, '$') FROM settings WHERE name = 'model' AND guild_id <> 0
ON CONFLICT DO NOTHING;

DELETE FROM settings WHERE name = 'model';
