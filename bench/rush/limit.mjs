// What the same database commits for a bare client (mariadb-slap, a thread a connection): the rows of a clock-in, one by one and 64 a transaction.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const attendance = 'INSERT INTO attendances (user_id, type, date, jam_masuk, latitude_masuk, longitude_masuk, node_id, status, created_at, updated_at)';
const log = 'INSERT INTO attendance_logs (attendance_id, user_id, event_type, node_id, payload)';
const payload = '{"id":1,"user_id":2,"user_name":"Karyawan 2","type":"in","timestamp":"2026-11-22 08:15:00","latitude":-6.2088,"longitude":106.8456,"node_id":"app-node-1","status":"Hadir"}';

const tables = `
CREATE TABLE users (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, name VARCHAR(255) NOT NULL) ENGINE = InnoDB;
CREATE TABLE attendances (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, user_id BIGINT UNSIGNED NOT NULL, type ENUM('in','out') NOT NULL, date DATE NOT NULL, jam_masuk TIMESTAMP NULL, jam_pulang TIMESTAMP NULL,
  latitude_masuk DECIMAL(10,8), longitude_masuk DECIMAL(11,8), node_id VARCHAR(50), status ENUM('Hadir','Terlambat','Alpha') NOT NULL, created_at TIMESTAMP NULL, updated_at TIMESTAMP NULL,
  FOREIGN KEY (user_id) REFERENCES users (id), INDEX (date), INDEX (status), UNIQUE (user_id, date)) ENGINE = InnoDB;
CREATE TABLE attendance_logs (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, attendance_id BIGINT UNSIGNED NULL, user_id BIGINT UNSIGNED NOT NULL, event_type VARCHAR(50) NOT NULL, node_id VARCHAR(50) NOT NULL,
  payload JSON NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, INDEX (attendance_id), INDEX (event_type), INDEX (created_at)) ENGINE = InnoDB;
INSERT INTO users (id, name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, CONCAT('Karyawan ', i) FROM n;
CREATE TABLE numbers (i INT PRIMARY KEY) AS SELECT id - 1 AS i FROM users WHERE id <= 64;`;

// Every connection goes through people and days of its own.
const one = (day) => ['SET @n = COALESCE(@n, 0) + 1', 'BEGIN',
  `${attendance} VALUES (1 + @n % 1000, 'in', DATE'2030-01-01' + INTERVAL (${day} + CONNECTION_ID() % 500 * 400 + @n DIV 1000) DAY, NOW(), -6.2088, 106.8456, 'app-node-1', 'Hadir', NOW(), NOW())`,
  `${log} VALUES (LAST_INSERT_ID(), 1 + @n % 1000, 'AbsensiCreated', 'app-node-1', '${payload}')`, 'COMMIT'];
const many = (day) => ['SET @n = COALESCE(@n, 0) + 1', `SET @d = DATE'2030-01-01' + INTERVAL (${day} + CONNECTION_ID() % 500 * 400 + @n DIV 15) DAY`, 'BEGIN',
  `${attendance} SELECT 1 + (@n % 15) * 64 + i, 'in', @d, NOW(), -6.2088, 106.8456, 'app-node-1', 'Hadir', NOW(), NOW() FROM numbers`,
  `${log} SELECT LAST_INSERT_ID() + i, 1 + (@n % 15) * 64 + i, 'AbsensiCreated', 'app-node-1', '${payload}' FROM numbers`, 'COMMIT'];

/// Clock-ins a second over so many connections, `size` (1 or 64) in a transaction.
export async function limit({ server, sql }, connections, size) {
  const database = `limit_${Date.now()}`;
  sql(`CREATE DATABASE ${database}`, '');
  try {
    sql(tables, database);
    const statements = (size === 1 ? one : many)(1000);
    const transactions = size === 1 ? (connections === 1 ? 1000 : 8000) : 320;
    const began = performance.now();
    await promisify(execFile)('mariadb-slap', ['--no-defaults', `-h${server.host}`, `-P${server.port}`, `-u${server.user}`, `--create-schema=${database}`, '--no-drop', '--delimiter=;',
      `--query=${statements.join(';')}`, `--concurrency=${connections}`, '--iterations=1', `--number-of-queries=${transactions * statements.length}`], { env: { ...process.env, MYSQL_PWD: server.password } });
    const took = (performance.now() - began) / 1000;
    const made = +sql('SELECT COUNT(*) FROM attendance_logs', database);
    return { rate: made / took, mean: took * 1000 * connections * size / made };
  } finally {
    sql(`DROP DATABASE ${database}`, '');
  }
}
