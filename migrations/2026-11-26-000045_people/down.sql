DROP TABLE password_links;
ALTER TABLE users DROP COLUMN time_zone;
ALTER TABLE users DROP COLUMN language;
ALTER TABLE users DROP COLUMN province;
ALTER TABLE users DROP COLUMN city;
ALTER TABLE sessions DROP COLUMN address;
ALTER TABLE sessions DROP COLUMN agent;
