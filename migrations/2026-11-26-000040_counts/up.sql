-- How many messages a log holds, and how many other entries: counted where its last seq grows, so that
-- no list counts it. A node of a release before counts neither; then they are less than last_seq in
-- sum, until the next start has counted that log.
ALTER TABLE heads ADD COLUMN messages BIGINT NOT NULL DEFAULT 0
    CONSTRAINT messages_is_a_count CHECK (messages >= 0);
ALTER TABLE heads ADD COLUMN others BIGINT NOT NULL DEFAULT 0
    CONSTRAINT others_is_a_count CHECK (others >= 0);
