-- The policy of a queue. Durations are in ms; null means never.
ALTER TABLE queues ADD COLUMN offer_ms BIGINT NOT NULL DEFAULT 20000
    CONSTRAINT offer_ms_is_sane CHECK (offer_ms BETWEEN 1000 AND 3600000);
ALTER TABLE queues ADD COLUMN cooldown_ms BIGINT NOT NULL DEFAULT 30000
    CONSTRAINT cooldown_ms_is_sane CHECK (cooldown_ms BETWEEN 0 AND 3600000);
ALTER TABLE queues ADD COLUMN misses_max INTEGER NOT NULL DEFAULT 3
    CONSTRAINT misses_max_is_sane CHECK (misses_max BETWEEN 1 AND 100);
ALTER TABLE queues ADD COLUMN prefer_ms BIGINT NOT NULL DEFAULT 0
    CONSTRAINT prefer_ms_is_sane CHECK (prefer_ms >= 0);
-- After a customer is lost.
ALTER TABLE queues ADD COLUMN abandon_after_ms BIGINT DEFAULT 300000
    CONSTRAINT abandon_after_ms_is_sane CHECK (abandon_after_ms >= 0);
ALTER TABLE queues ADD COLUMN first_reply_ms BIGINT
    CONSTRAINT first_reply_ms_is_sane CHECK (first_reply_ms >= 1000);
ALTER TABLE queues ADD COLUMN idle_after_ms BIGINT NOT NULL DEFAULT 86400000
    CONSTRAINT idle_after_ms_is_sane CHECK (idle_after_ms >= 1000);
ALTER TABLE queues ADD COLUMN wrap_ms BIGINT NOT NULL DEFAULT 0
    CONSTRAINT wrap_ms_is_sane CHECK (wrap_ms BETWEEN 0 AND 3600000);
ALTER TABLE queues ADD COLUMN reopen_ms BIGINT NOT NULL DEFAULT 604800000
    CONSTRAINT reopen_ms_is_sane CHECK (reopen_ms >= 0);
ALTER TABLE queues ADD COLUMN wait_target_ms BIGINT NOT NULL DEFAULT 60000
    CONSTRAINT wait_target_ms_is_sane CHECK (wait_target_ms > 0);
-- Where those go who have waited too long here. Not a foreign key: SQLite could not take it back.
ALTER TABLE queues ADD COLUMN fallback_queue_id UUID;
ALTER TABLE queues ADD COLUMN fallback_after_ms BIGINT NOT NULL DEFAULT 86400000
    CONSTRAINT fallback_after_ms_is_sane CHECK (fallback_after_ms >= 1000);
ALTER TABLE queues ADD COLUMN hops_max INTEGER NOT NULL DEFAULT 3
    CONSTRAINT hops_max_is_sane CHECK (hops_max BETWEEN 0 AND 100);
-- Lets nobody new in.
ALTER TABLE queues ADD COLUMN draining BOOLEAN NOT NULL DEFAULT FALSE;

-- Since when it has waited in its queue, this time.
ALTER TABLE conversations ADD COLUMN queued_at BIGINT NOT NULL DEFAULT 0;
-- Until `preferred_until` only this rep may be given it.
ALTER TABLE conversations ADD COLUMN preferred_rep_id UUID;
ALTER TABLE conversations ADD COLUMN preferred_until BIGINT;
-- How often it has gone to a fallback queue.
ALTER TABLE conversations ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
-- When time itself moves it on; what happens then follows from its status.
ALTER TABLE conversations ADD COLUMN due_at BIGINT;
-- The resolution that a conversation in wrap-up will have.
ALTER TABLE conversations ADD COLUMN ending TEXT
    CONSTRAINT ending_is_known CHECK (ending IN ('resolved', 'unresolved', 'abandoned'));
-- What is open already gets its time as if it had been given it when it was last changed.
UPDATE conversations SET queued_at = created_at;
UPDATE conversations SET due_at = updated_at + 86400000 WHERE status IN ('waiting', 'active');
CREATE INDEX conversations_due ON conversations (due_at) WHERE due_at IS NOT NULL;

-- Reps who must not be given a conversation yet: they have just declined or missed it, or handed
-- it back.
CREATE TABLE cooldowns (
    conversation_id UUID   NOT NULL REFERENCES conversations (id),
    rep_id          UUID   NOT NULL REFERENCES reps (user_id),
    ends_at         BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, rep_id)
);

-- Offers missed in a row; since when nobody of his is connected any more; whether his customers
-- have been told so.
ALTER TABLE reps ADD COLUMN misses INTEGER NOT NULL DEFAULT 0
    CONSTRAINT misses_is_a_count CHECK (misses >= 0);
ALTER TABLE reps ADD COLUMN lost_at BIGINT;
ALTER TABLE reps ADD COLUMN suspected BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX reps_lost ON reps (lost_at) WHERE lost_at IS NOT NULL;

-- However much a customer has asked before, what he has open is found at once.
CREATE INDEX conversations_open_of_customer ON conversations (customer_id)
    WHERE status <> 'closed';

-- The rep whom a customer is given first, if he has one.
ALTER TABLE users ADD COLUMN personal_rep_id UUID;

-- The sockets of customers who have something open: who had one and lost it is lost, who never
-- had one is not. A node that is gone leaves its rows, with the moment it went.
CREATE TABLE customer_sessions (
    id          UUID   NOT NULL PRIMARY KEY,
    customer_id UUID   NOT NULL REFERENCES users (id),
    node_id     UUID   NOT NULL,
    left_at     BIGINT
);
CREATE INDEX customer_sessions_of_customer ON customer_sessions (customer_id);
CREATE INDEX customer_sessions_of_node ON customer_sessions (node_id) WHERE left_at IS NULL;
CREATE INDEX customer_sessions_left ON customer_sessions (left_at) WHERE left_at IS NOT NULL;
