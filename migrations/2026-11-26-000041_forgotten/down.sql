DROP INDEX conversations_forgotten;
ALTER TABLE conversations DROP COLUMN forgotten_at;
