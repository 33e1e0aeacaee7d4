-- Keys of machines. Each acts as a person of its own, who has the same id and nobody else's login:
-- a row in users that is disabled from birth. Of the key itself there is only its SHA-256.
CREATE TABLE api_keys (
    id           UUID   NOT NULL PRIMARY KEY REFERENCES users (id),
    hash         TEXT   NOT NULL CONSTRAINT api_key_is_unique UNIQUE,
    hint         TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    created_by   UUID   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX api_keys_live ON api_keys (id) WHERE revoked_at IS NULL;
