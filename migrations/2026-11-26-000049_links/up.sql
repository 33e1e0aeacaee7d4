-- Since when somebody is known to read what is sent to his e-mail address; never, for another one.
ALTER TABLE users ADD COLUMN email_confirmed_at BIGINT;

-- One-use links that confirm an e-mail address: the one that their owner had when he asked. Each id is
-- the first half of the SHA-256 of what the link carries, as of password_links.
CREATE TABLE email_links (
    id         UUID   NOT NULL PRIMARY KEY,
    user_id    UUID   NOT NULL REFERENCES users (id),
    email_key  TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX email_links_of_user ON email_links (user_id);

-- One-use links with which somebody makes his own account as a rep or an admin. `token_id` is the first
-- half of the SHA-256 of what the link carries; `queues` are ids with spaces between, null: all there
-- are when it is used. It refers to nobody, so that it keeps nobody.
CREATE TABLE invitations (
    id           UUID    NOT NULL PRIMARY KEY,
    token_id     UUID    NOT NULL CONSTRAINT invitation_is_unique UNIQUE,
    role         TEXT    NOT NULL CONSTRAINT invited_role_is_known CHECK (role IN ('rep', 'admin')),
    capacity     INTEGER NOT NULL CONSTRAINT invited_capacity_is_sane CHECK (capacity BETWEEN 0 AND 100),
    queues       TEXT,
    display_name TEXT,
    email        TEXT,
    created_by   UUID    NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    used_by      UUID,
    used_at      BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX invitations_by_end ON invitations (expires_at);
