-- What all nodes must have in common, so that it can be compared and not read: salted hashes, null
-- for a node of a release that wrote none.
ALTER TABLE nodes ADD COLUMN secret_mark TEXT;
ALTER TABLE nodes ADD COLUMN line_mark TEXT;
