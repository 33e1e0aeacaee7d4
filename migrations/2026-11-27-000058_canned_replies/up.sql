-- Texts that staff have ready, each by a short name: one person's own, or for all of staff (`owner_id` is null),
-- or for those who serve a queue.
CREATE TABLE canned_replies (
    id         UUID   NOT NULL PRIMARY KEY,
    owner_id   UUID REFERENCES users (id),
    queue_id   UUID REFERENCES queues (id),
    name       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT a_queue_has_shared_ones CHECK (queue_id IS NULL OR owner_id IS NULL)
);
CREATE UNIQUE INDEX canned_replies_own ON canned_replies (owner_id, name_key) WHERE owner_id IS NOT NULL;
CREATE UNIQUE INDEX canned_replies_shared ON canned_replies (name_key) WHERE owner_id IS NULL;
CREATE INDEX canned_replies_of_queue ON canned_replies (queue_id) WHERE queue_id IS NOT NULL;
