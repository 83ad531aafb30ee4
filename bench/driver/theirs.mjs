// node theirs.mjs <work> <port> <user> <password> <database>: the works of Program.cs by mysql2, measured alike.
import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';

const [work, port, user, password, database] = process.argv.slice(2);
const connection = await mysql.createConnection({ host: '127.0.0.1', port: Number(port), user, password, database });

const batch = (i) => JSON.stringify(Array.from({ length: 64 }, (_, n) => ({
  request: randomUUID(), person: i * 64 + n, at: '2026-11-02 08:00:00.123456', note: 'masuk lewat gerbang utara',
})));
const batches = work === 'batch' ? Array.from({ length: 13 }, () => Array.from({ length: 300 }, (_, i) => batch(i))) : [];

const works = {
  async point() {
    for (let i = 0; i < 10_000; i++) {
      const id = ((i * 7919) % 10_000) + 1;
      const [rows] = await connection.execute('SELECT id, name, at, lat FROM people WHERE id = ?', [id]);
      if (rows[0].id !== id) throw new Error('wrong row');
    }
  },
  async batch() {
    const sql = `INSERT IGNORE INTO entries (request, person, at, note)
      SELECT r.request, r.person, r.at, r.note FROM JSON_TABLE(?, '$[*]' COLUMNS (request CHAR(36) PATH '$.request', person INT PATH '$.person',
        at DATETIME(6) PATH '$.at', note VARCHAR(100) PATH '$.note')) AS r`;
    for (const rows of batches.pop()) {
      const [result] = await connection.execute(sql, [rows]);
      if (result.affectedRows !== 64) throw new Error('not 64 rows');
    }
  },
  async read() {
    for (let i = 0; i < 30; i++) {
      const [rows] = await connection.execute('SELECT id, name, at, lat, note FROM people');
      if (rows.length !== 10_000) throw new Error('not 10,000 rows');
    }
  },
};
works.dapper = works.read;

for (let i = 0; i < 12; i++) await works[work]();
globalThis.gc?.();
const cpu = process.cpuUsage();
const began = performance.now();
await works[work]();
const wall = performance.now() - began;
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ wall: +wall.toFixed(1), cpu: +((used.user + used.system) / 1000).toFixed(1) }));
await connection.end();
