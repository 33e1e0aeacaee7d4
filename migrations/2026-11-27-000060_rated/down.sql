DROP INDEX conversations_rated;
