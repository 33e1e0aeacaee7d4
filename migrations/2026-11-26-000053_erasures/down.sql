DROP INDEX events_naming;
DROP TABLE erasures;
ALTER TABLE users DROP COLUMN erased_at;
