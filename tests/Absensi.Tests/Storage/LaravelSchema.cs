namespace Absensi.Tests.Storage;

/// <summary>The document's tables to the letter, with what a Laravel application has besides.</summary>
internal static class LaravelSchema
{
    public static readonly string[] Tables =
    [
        """
        CREATE TABLE users (
            id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
            name VARCHAR(255) NOT NULL,
            email VARCHAR(255) UNIQUE NOT NULL,
            password VARCHAR(255) NOT NULL,
            role ENUM('admin', 'karyawan') DEFAULT 'karyawan',
            created_at TIMESTAMP NULL,
            updated_at TIMESTAMP NULL,
            INDEX idx_email (email),
            INDEX idx_role (role)
        )
        """,
        """
        CREATE TABLE attendances (
            id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
            user_id BIGINT UNSIGNED NOT NULL,
            type ENUM('in', 'out') NOT NULL,
            date DATE NOT NULL,
            jam_masuk TIMESTAMP NULL,
            jam_pulang TIMESTAMP NULL,
            latitude_masuk DECIMAL(10, 8) NULL,
            longitude_masuk DECIMAL(11, 8) NULL,
            latitude_pulang DECIMAL(10, 8) NULL,
            longitude_pulang DECIMAL(11, 8) NULL,
            node_id VARCHAR(50) NULL,
            status ENUM('Hadir', 'Terlambat', 'Alpha') DEFAULT 'Hadir',
            duration_minutes INT NULL,
            created_at TIMESTAMP NULL,
            updated_at TIMESTAMP NULL,
            FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
            INDEX idx_user_date (user_id, date),
            INDEX idx_date (date),
            INDEX idx_status (status),
            UNIQUE KEY unique_user_date (user_id, date)
        )
        """,
        """
        CREATE TABLE attendance_logs (
            id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
            attendance_id BIGINT UNSIGNED NULL,
            user_id BIGINT UNSIGNED NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            node_id VARCHAR(50) NOT NULL,
            payload JSON NOT NULL,
            created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            FOREIGN KEY (attendance_id) REFERENCES attendances(id) ON DELETE SET NULL,
            FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
            INDEX idx_attendance (attendance_id),
            INDEX idx_event_type (event_type),
            INDEX idx_created_at (created_at)
        )
        """,
        "ALTER TABLE users ADD COLUMN remember_token VARCHAR(100) NULL",
        "CREATE TABLE sessions (id VARCHAR(255) PRIMARY KEY, user_id BIGINT UNSIGNED NULL, ip_address VARCHAR(45) NULL, user_agent TEXT NULL, payload LONGTEXT NOT NULL, last_activity INT NOT NULL)",
        "CREATE TABLE migrations (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, migration VARCHAR(255) NOT NULL, batch INT NOT NULL)",
    ];

    private const string Digits = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)";

    private static readonly string s_numbers = $"(SELECT a.d + 10 * b.d + 100 * c.d AS n FROM {Digits} a, {Digits} b, {Digits} c)";

    /// <summary>People 1001 and on, at most 1000.</summary>
    public static string People(int count) =>
        $"INSERT INTO users (id, name, email, password) SELECT 1001 + n, CONCAT('Orang ', n), CONCAT('orang', n, '@absensi.test'), 'x' FROM {s_numbers} p WHERE n < {count}";

    /// <summary>A whole day of each of the first people on each of so many days from 2024-01-01 on, at most 1000.</summary>
    public static string Attendance(int people, int days) =>
        $"""
         INSERT INTO attendances (user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, latitude_pulang, longitude_pulang, node_id, status, duration_minutes, created_at, updated_at)
         SELECT 1001 + p.n, 'out', d.date, d.date + INTERVAL 8 HOUR + INTERVAL p.n SECOND, d.date + INTERVAL 17 HOUR, -6.2088, 106.8456, -6.2088, 106.8456, 'app-node-1', 'Hadir', 540,
                d.date + INTERVAL 8 HOUR + INTERVAL p.n SECOND, d.date + INTERVAL 17 HOUR
         FROM {s_numbers} p JOIN (SELECT CAST('2024-01-01' AS DATE) + INTERVAL n DAY AS date FROM {s_numbers} n WHERE n < {days}) d WHERE p.n < {people}
         """;
}
