DROP TABLE invitations;
DROP TABLE email_links;
ALTER TABLE users DROP COLUMN email_confirmed_at;
