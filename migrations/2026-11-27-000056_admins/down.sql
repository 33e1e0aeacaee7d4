DROP INDEX users_of_rep;
DROP INDEX users_admins;
