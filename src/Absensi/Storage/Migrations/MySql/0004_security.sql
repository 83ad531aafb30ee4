-- Failed log-ins, counted by SHA-256 of the address logged in with and by where they came from; '*' stands for all of them.
CREATE TABLE IF NOT EXISTS login_failures (
    account VARCHAR(64) NOT NULL,
    origin VARCHAR(64) NOT NULL,
    failures INT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account, origin),
    INDEX idx_failure_last (last_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What a program shows instead of a session: the SHA-256 of it, whom it stands for and what it may do in their name.
CREATE TABLE IF NOT EXISTS api_tokens (
    id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    name VARCHAR(100) NOT NULL,
    token_hash VARCHAR(64) COLLATE utf8mb4_bin NOT NULL UNIQUE,
    scope ENUM('read:attendance', 'write:clock') NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    created_by BIGINT UNSIGNED NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NULL,
    revoked_at BIGINT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id),
    FOREIGN KEY (created_by) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS audit_logs (
    id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    created_at BIGINT NOT NULL,
    action VARCHAR(40) NOT NULL,
    user_id BIGINT UNSIGNED NULL,
    subject VARCHAR(255) NOT NULL,
    address VARCHAR(45) NOT NULL,
    user_agent VARCHAR(255) NOT NULL,
    node_id VARCHAR(50) NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id),
    INDEX idx_audit_action (action, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
