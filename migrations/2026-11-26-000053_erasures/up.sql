-- Since then somebody is erased: his row stays, with nothing in it, because what he did names it.
ALTER TABLE users ADD COLUMN erased_at BIGINT;

-- How far the erasing of somebody has come. What is left to do is done in steps, by any node, and
-- goes on here after a crash: `conversation_id` and `seq` are the last entry that was seen to.
-- `picture_id` is what he looked like, until its file is gone.
CREATE TABLE erasures (
    user_id         UUID   NOT NULL PRIMARY KEY REFERENCES users (id),
    step            TEXT   NOT NULL CONSTRAINT step_is_a_word CHECK (length(step) BETWEEN 1 AND 64),
    conversation_id UUID   NOT NULL,
    seq             BIGINT NOT NULL CONSTRAINT seq_is_no_less_than_0 CHECK (seq >= 0),
    entries         BIGINT NOT NULL DEFAULT 0,
    picture_id      UUID,
    begun_at        BIGINT NOT NULL,
    ended_at        BIGINT
);
CREATE INDEX erasures_under_way ON erasures (begun_at) WHERE ended_at IS NULL;
-- Entries that hold the name of who did it, few among all.
CREATE INDEX events_naming ON events (sender_id, conversation_id, seq) WHERE kind IN ('joined', 'left');
