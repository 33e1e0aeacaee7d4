DROP INDEX conversations_by_rating;
ALTER TABLE conversations DROP COLUMN rated_at;
ALTER TABLE conversations DROP COLUMN rating_text;
ALTER TABLE conversations DROP COLUMN rating;
