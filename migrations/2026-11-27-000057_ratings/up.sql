-- What its customer thought of a conversation once it was over: his last word on it. Each time he says so, its
-- log has a `rated` entry; his text stands here alone.
ALTER TABLE conversations ADD COLUMN rating INTEGER
    CONSTRAINT rating_is_one_to_five CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE conversations ADD COLUMN rating_text TEXT;
ALTER TABLE conversations ADD COLUMN rated_at BIGINT;
CREATE INDEX conversations_by_rating ON conversations (rating, id) WHERE rating IS NOT NULL;
