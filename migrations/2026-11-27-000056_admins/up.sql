-- Admins are few among all, and whoever decides about them locks every one of them. A rep who goes is
-- nobody's personal rep any more.
CREATE INDEX users_admins ON users (id) WHERE role = 'admin';
CREATE INDEX users_of_rep ON users (personal_rep_id) WHERE personal_rep_id IS NOT NULL;
