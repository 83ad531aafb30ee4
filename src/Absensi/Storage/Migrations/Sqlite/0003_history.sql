-- The filters' indexes end in the date: what they find comes in the list's order, so a page is read and never sorted.
DROP INDEX idx_status;
CREATE INDEX idx_status ON attendances (status, date);
CREATE INDEX idx_node ON attendances (node_id, date);

CREATE TABLE leases (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    holder VARCHAR(50) NOT NULL,
    until BIGINT NOT NULL
);

-- Workdays whose absences are all in the log.
CREATE TABLE closed_days (
    date DATE NOT NULL PRIMARY KEY
);
-- Days from before this table stay as they are: nobody becomes absent in hindsight, not even where the day ended first (UTC+14).
INSERT INTO closed_days (date) SELECT date('now', '-10 hours') WHERE EXISTS (SELECT 1 FROM attendances);
