-- From where somebody has signed in, as he himself is told: which client, and which address.
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';

ALTER TABLE users ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN province TEXT NOT NULL DEFAULT '';
-- A tag as `fa-IR`, and a name as `Asia/Tehran`.
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';

-- One-use links with which somebody gives himself a new password. The id is the first half of the
-- SHA-256 of what the link carries.
CREATE TABLE password_links (
    id         UUID   NOT NULL PRIMARY KEY,
    user_id    UUID   NOT NULL REFERENCES users (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_links_of_user ON password_links (user_id);
