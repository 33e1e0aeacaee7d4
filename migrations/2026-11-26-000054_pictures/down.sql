DROP INDEX users_with_picture;
ALTER TABLE users DROP COLUMN picture_id;
