-- Written to by whoever has to know that what it read is on the disk.
CREATE TABLE IF NOT EXISTS flushes (
    slot INT PRIMARY KEY,
    times BIGINT NOT NULL
) ENGINE = InnoDB;
