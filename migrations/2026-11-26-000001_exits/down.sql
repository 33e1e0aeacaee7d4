DROP INDEX conversations_endless;
DROP INDEX conversations_reserved;
DROP INDEX conversations_held;
