// node run.mjs [rounds] [work]: our driver against mysql2 on one MariaDB, in turn, each round in a fresh process. Prints medians and ratios.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';

const rounds = Number(process.argv[2] ?? 7);
const only = process.argv[3];
const [user, password, database] = ['bench', 'bench', 'bench'];
const works = { point: 'point select x 10,000', batch: 'insert 64 rows by JSON_TABLE x 300', read: 'read 10,000 rows x 30', dapper: 'the same through Dapper' };
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'bench-driver-'));

// A starting MariaDB deletes the temporary tables it finds, a neighbour's too.
const env = { ...process.env, TMPDIR: folder };

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
execFileSync('dotnet', ['build', '-c', 'Release', '-m:1', '-v', 'quiet', '--nologo', join(here, 'Driver.csproj')], { stdio: ['ignore', 2, 2] });
execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--user=root'], { stdio: 'ignore', env });
writeFileSync(`${folder}/init.sql`, `
CREATE DATABASE ${database} CHARACTER SET utf8mb4;
CREATE USER '${user}'@'%' IDENTIFIED BY '${password}';
GRANT ALL ON *.* TO '${user}'@'%';
DROP USER IF EXISTS ''@'localhost';
CREATE TABLE ${database}.people (id BIGINT PRIMARY KEY, name VARCHAR(50), at DATETIME(6), lat DOUBLE, note VARCHAR(100));
INSERT INTO ${database}.people SELECT seq, CONCAT('Karyawan nomor ', seq), '2026-11-02 08:00:00.123456' + INTERVAL seq SECOND, -6.2 + seq / 1e5, 'masuk lewat gerbang utara' FROM ${database}.seq_1_to_10000;
CREATE TABLE ${database}.entries (id BIGINT AUTO_INCREMENT PRIMARY KEY, request CHAR(36) UNIQUE, person INT, at DATETIME(6), note VARCHAR(100));
`);
const server = spawn('mariadbd', ['--no-defaults', '--user=root', '--bind-address=127.0.0.1', `--port=${port}`, `--datadir=${folder}/data`, `--socket=${folder}/s`,
  `--pid-file=${folder}/pid`, `--log-error=${folder}/log`, `--init-file=${folder}/init.sql`, '--innodb-buffer-pool-size=256M', '--innodb-flush-log-at-trx-commit=0'], { env });

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
});

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const once = (command, args) => JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
const sides = {
  ours: (work) => once('dotnet', [join(here, 'bin/Release/net10.0/driver.dll'), work, `Server=127.0.0.1;Port=${port};User ID=${user};Password=${password};Database=${database};SslMode=None`]),
  theirs: (work) => once('node', ['--expose-gc', join(here, 'theirs.mjs'), work, port, user, password, database]),
};
try {
  let connection;
  for (let i = 0; !connection; i++) {
    connection = await mysql.createConnection({ host: '127.0.0.1', port, user, password, database }).catch((error) => {
      if (i === 100) throw error;
      return new Promise((resolve) => setTimeout(resolve, 100));
    });
  }
  const table = {};
  for (const [work, title] of Object.entries(works).filter(([work]) => !only || work === only)) {
    const taken = { ours: [], theirs: [] };
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 ? ['theirs', 'ours'] : ['ours', 'theirs']) {
        await connection.query('TRUNCATE entries');
        taken[side].push(sides[side](work));
      }
    }
    const of = (side, what) => median(taken[side].map((t) => t[what]));
    table[title] = {
      'wall ms': of('ours', 'wall'), 'mysql2 wall ms': of('theirs', 'wall'), 'wall ratio': +(of('ours', 'wall') / of('theirs', 'wall')).toFixed(2),
      'cpu ms': of('ours', 'cpu'), 'mysql2 cpu ms': of('theirs', 'cpu'), 'cpu ratio': +(of('ours', 'cpu') / of('theirs', 'cpu')).toFixed(2),
    };
    console.error(`${title}: done`);
  }
  await connection.end();
  console.log(`medians of ${rounds} rounds in turn; a ratio below 1 is in our favour`);
  console.table(table);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true });
}
