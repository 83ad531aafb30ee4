-- Files of people that were read and wait to be confirmed; gone a day later.
CREATE TABLE IF NOT EXISTS people_imports (
    id BIGINT UNSIGNED PRIMARY KEY,
    created_at BIGINT NOT NULL,
    created_by BIGINT UNSIGNED NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    applied_at BIGINT NULL,
    passwords_at BIGINT NULL,
    FOREIGN KEY (created_by) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS people_import_rows (
    import_id BIGINT UNSIGNED NOT NULL,
    line INT NOT NULL,
    name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    role VARCHAR(20) NOT NULL,
    PRIMARY KEY (import_id, line),
    FOREIGN KEY (import_id) REFERENCES people_imports (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
