-- All that are rated, in the order of their ids: pages of those between two scores.
CREATE INDEX conversations_rated ON conversations (id) WHERE rating IS NOT NULL;
