-- All three or none.
ALTER TABLE users ADD COLUMN banned_at INTEGER;
ALTER TABLE users ADD COLUMN banned_by TEXT;
ALTER TABLE users ADD COLUMN ban_reason TEXT;
