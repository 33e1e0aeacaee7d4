-- Files that people upload; their bytes lie outside, under the id. Sent with a message, a row names
-- it, and the message's event tells what it is. A row that names none waits to be sent, or to be
-- swept; `created_at` not above 0 means that its message was deleted.
CREATE TABLE attachments (
    id              UUID   NOT NULL PRIMARY KEY,
    uploader_id     UUID   NOT NULL REFERENCES users (id),
    conversation_id UUID REFERENCES conversations (id),
    seq             BIGINT,
    name            TEXT   NOT NULL,
    media_type      TEXT   NOT NULL,
    bytes           BIGINT NOT NULL CONSTRAINT bytes_is_a_count CHECK (bytes > 0),
    width           INTEGER,
    height          INTEGER,
    created_at      BIGINT NOT NULL,
    CONSTRAINT sent_with_one_message CHECK ((conversation_id IS NULL) = (seq IS NULL)),
    CONSTRAINT both_sides_or_none CHECK ((width IS NULL) = (height IS NULL))
);
CREATE INDEX attachments_of_uploader ON attachments (uploader_id, created_at);
CREATE INDEX attachments_of_message ON attachments (conversation_id, seq) WHERE conversation_id IS NOT NULL;
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE conversation_id IS NULL;
