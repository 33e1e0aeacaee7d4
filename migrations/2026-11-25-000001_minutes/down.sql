DROP INDEX conversations_ended_in_queue;
DROP INDEX conversations_by_assignment;
DROP TABLE minutes;
