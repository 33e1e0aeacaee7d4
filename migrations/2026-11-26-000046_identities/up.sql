-- Who somebody is elsewhere, as he has proved: nobody has two people here, and a person made by it has no
-- password. `name` and `email` are as they were said there last; nobody is found by them.
CREATE TABLE identities (
    provider   TEXT   NOT NULL CONSTRAINT provider_is_a_word CHECK (length(provider) BETWEEN 1 AND 64),
    subject    TEXT   NOT NULL CONSTRAINT subject_is_short CHECK (length(subject) BETWEEN 1 AND 255),
    user_id    UUID   NOT NULL REFERENCES users (id),
    name       TEXT,
    email      TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX identities_of_user ON identities (user_id);

-- Proofs that are good once, until they are good for nothing anyway: the first half of their SHA-256, and
-- the login that each has brought.
CREATE TABLE used_proofs (
    id         UUID   NOT NULL PRIMARY KEY,
    session_id UUID   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_proofs_by_end ON used_proofs (expires_at);
