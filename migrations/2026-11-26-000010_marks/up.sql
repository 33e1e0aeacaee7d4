-- How far each person has read a conversation, and been shown it. Marks only grow. `told_seq` and
-- `delivered_seq` are what the other side hears: never a note, and 0 for who only looks on.
CREATE TABLE marks (
    conversation_id UUID    NOT NULL REFERENCES conversations (id),
    user_id         UUID    NOT NULL REFERENCES users (id),
    staff           BOOLEAN NOT NULL,
    read_seq        BIGINT  NOT NULL CONSTRAINT read_seq_is_a_count CHECK (read_seq >= 0),
    told_seq        BIGINT  NOT NULL CONSTRAINT told_seq_was_read CHECK (told_seq BETWEEN 0 AND read_seq),
    delivered_seq   BIGINT  NOT NULL CONSTRAINT delivered_seq_is_a_count CHECK (delivered_seq >= 0),
    PRIMARY KEY (conversation_id, user_id)
);

-- Staff who take part in a conversation beside its rep, until they leave it.
CREATE TABLE joined (
    conversation_id UUID   NOT NULL REFERENCES conversations (id),
    user_id         UUID   NOT NULL REFERENCES users (id),
    joined_at       BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX joined_of_user ON joined (user_id);
