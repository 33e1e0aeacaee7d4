-- People who have not said who they are. Each has one token, of which there is only the SHA-256; it is good
-- as long as the login lives. Once he has said it, what he began is the account's.
CREATE TABLE visitors (
    user_id     UUID NOT NULL PRIMARY KEY REFERENCES users (id),
    session_id  UUID NOT NULL,
    hash        TEXT NOT NULL CONSTRAINT visitor_token_is_unique UNIQUE,
    merged_into UUID REFERENCES users (id)
);
