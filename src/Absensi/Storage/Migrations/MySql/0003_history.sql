CREATE TABLE IF NOT EXISTS leases (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    holder VARCHAR(50) NOT NULL,
    until BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Workdays whose absences are all in the log.
CREATE TABLE IF NOT EXISTS closed_days (
    date DATE NOT NULL PRIMARY KEY
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Days from before this table stay as they are: nobody becomes absent in hindsight, not even where the day ended first (UTC+14).
INSERT IGNORE INTO closed_days (date) SELECT DATE(UTC_TIMESTAMP() - INTERVAL 10 HOUR) FROM DUAL WHERE EXISTS (SELECT 1 FROM attendances);

-- The filters' indexes end in the date: what they find comes in the list's order, so a page is read and never sorted.
-- One statement, and the last: this server can't take a half-made change back.
ALTER TABLE attendances DROP INDEX idx_status, ADD INDEX idx_status (status, date), ADD INDEX idx_node (node_id, date);
