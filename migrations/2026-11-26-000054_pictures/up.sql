-- What somebody looks like: the name under which the picture lies on the shelf, another with each
-- change, so that an address always shows the same.
ALTER TABLE users ADD COLUMN picture_id UUID;
CREATE INDEX users_with_picture ON users (picture_id) WHERE picture_id IS NOT NULL;
