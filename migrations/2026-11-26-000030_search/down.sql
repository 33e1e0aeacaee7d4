DROP INDEX conversations_open;
DROP INDEX conversations_by_resolution;
DROP INDEX conversations_by_priority;
DROP INDEX conversations_in_queue;
DROP TABLE activity;
