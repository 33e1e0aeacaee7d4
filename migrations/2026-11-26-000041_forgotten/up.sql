-- Since then a conversation is deleted for everybody, by the database's clock: it is found nowhere, and
-- what there is of it goes part by part.
ALTER TABLE conversations ADD COLUMN forgotten_at BIGINT;
CREATE INDEX conversations_forgotten ON conversations (forgotten_at) WHERE forgotten_at IS NOT NULL;
