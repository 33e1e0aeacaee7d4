-- What each rep had to do, hour by hour, for reports: in how many minutes he was there and available,
-- and the sums over these of the slots that were taken and of those he had. Kept for 93 days.
CREATE TABLE rep_hours (
    hour     BIGINT  NOT NULL,
    rep_id   UUID    NOT NULL REFERENCES reps (user_id),
    minutes  INTEGER NOT NULL,
    load     INTEGER NOT NULL,
    capacity INTEGER NOT NULL,
    PRIMARY KEY (hour, rep_id)
);
