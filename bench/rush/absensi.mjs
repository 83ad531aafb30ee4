// Our side: the machine's own nginx, MariaDB and Redis (or a MySQL named by DB_HOST), three nodes and a realtime server, and people who are signed in.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Browser, openAll } from './client.mjs';

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'src/Absensi/bin/Release/net10.0/absensi.dll');
export const historyPeople = 5000;

const freePort = () => new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});

async function until(what, condition, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((wake) => setTimeout(wake, 20)))
    if (await condition()) return;
  throw new Error(`${what} did not come up`);
}

const answers = (port, path = '/health/ready') => fetch(`http://127.0.0.1:${port}${path}`).then((r) => r.ok, () => false);

/// Starts everything. `server`: a database server to use, { host, port, user, password }; without, a MariaDB of its own with the usual settings.
export async function start({ server, people = 20_000, historyDays = 40, nodes = 3, environment = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'absensi-rush-'));
  const children = [];
  const run = (name, command, args, env = {}) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, TMPDIR: folder, ...env } });
    children.push(child);
    return child;
  };
  const stop = async () => {
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((ended) => child.once('exit', ended));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(timer);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    let mariadb;
    if (!server) {
      const port = await freePort();
      execFileSync('mariadb-install-db', ['--no-defaults', '--user=root', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'], { stdio: 'ignore' });
      writeFileSync(`${folder}/init.sql`, "CREATE USER IF NOT EXISTS 'absensi'@'%' IDENTIFIED BY 'secret';\nGRANT ALL ON *.* TO 'absensi'@'%';\n");
      mariadb = run('mariadb', 'mariadbd', ['--no-defaults', '--user=root', `--datadir=${folder}/data`, `--socket=${folder}/db.sock`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve',
        `--pid-file=${folder}/db.pid`, `--init-file=${folder}/init.sql`, '--innodb-flush-log-at-trx-commit=1', '--character-set-server=utf8mb4']);
      server = { host: '127.0.0.1', port, user: 'absensi', password: 'secret' };
    }
    const database = `absensi_${randomBytes(4).toString('hex')}`;
    const sql = (text, into = database) => execFileSync('mariadb', ['--no-defaults', '-N', '-B', `-h${server.host}`, `-P${server.port}`, `-u${server.user}`, ...(into ? [into] : [])],
      { input: text, env: { ...process.env, MYSQL_PWD: server.password }, stdio: ['pipe', 'pipe', 'pipe'] }).toString().trim();
    await until('the database', () => { try { return sql('SELECT 1', ''); } catch { return false; } });

    const redisPort = await freePort();
    const redis = run('redis', 'redis-server', ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
    const common = {
      DB_HOST: server.host, DB_PORT: `${server.port}`, DB_USERNAME: server.user, DB_PASSWORD: server.password, DB_DATABASE: database, DB_SSL_MODE: 'None', REDIS_HOST: '127.0.0.1', REDIS_PORT: `${redisPort}`,
      // The day does not end meanwhile: whoever had not come by then would be written down as absent.
      TRUSTED_PROXIES: '127.0.0.1', SESSION_LIFETIME: '600', WORK_END: '23:59', ...environment,
    };
    execFileSync('dotnet', [program, 'migrate'], { env: { ...process.env, ...common } });
    const tokens = seed(sql, people, historyDays);

    const realtimePort = await freePort();
    const ports = [];
    const ids = Array.from({ length: nodes }, (_, i) => `app-node-${i + 1}`);
    const startNode = (id, port) => run(id, 'dotnet', [program, 'node'], { ...common, NODE_ID: id, APP_PORT: `${port}`, REALTIME_URL: `http://127.0.0.1:${realtimePort}` });
    for (const _ of ids) ports.push(await freePort());
    const startedAt = performance.now(), startedIn = [];
    const processes = ids.map((id, i) => startNode(id, ports[i]));
    await Promise.all(ports.map((port) => until(`the node on port ${port}`, () => answers(port)).then(() => startedIn.push(performance.now() - startedAt))));
    const realtime = run('realtime', 'dotnet', [program, 'realtime'], { ...common, NODE_ID: 'realtime-1', NODE_NAME: 'Realtime', APP_PORT: `${realtimePort}` });
    await until('the realtime server', () => answers(realtimePort));

    const front = await freePort();
    mkdirSync(`${folder}/nginx`);
    const values = {
      APP_LISTEN: `127.0.0.1:${front}`, NGINX_TEMP: `${folder}/nginx`, REALTIME_SERVERS: `server 127.0.0.1:${realtimePort};`,
      NODE_SERVERS: ports.map((port) => `server 127.0.0.1:${port} max_fails=10 fail_timeout=1s max_conns=192;`).join(' '),
    };
    const configuration = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8').replace(/\$\{(\w+)\}/g, (all, name) => values[name] ?? all);
    writeFileSync(`${folder}/nginx.conf`, `daemon off; pid ${folder}/nginx.pid; user root;\n${configuration}`);
    const nginx = run('nginx', existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx', ['-e', 'stderr', '-c', `${folder}/nginx.conf`]);
    await until('nginx', () => answers(front));

    return {
      name: 'absensi', port: front, sql, server, stop, processes, startedIn,
      groups: { nodes: processes.map((p) => p.pid), nginx: [nginx.pid], ...(mariadb ? { database: [mariadb.pid] } : {}), redis: [redis.pid], realtime: [realtime.pid] },
      ...speak(front, tokens, sql),
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/// People with a history, and a session for each: what the browser holds is random, the table holds its SHA-256.
function seed(sql, people, historyDays) {
  // bcrypt, cost 10, of "password"
  const hash = '$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi';
  const tokens = Array.from({ length: people + 1 }, () => randomBytes(32).toString('base64url'));
  const rows = tokens.map((token, i) => `(${i + 1},'${i === 0 ? 'Admin' : `Karyawan ${i}`}','${i === 0 ? 'admin' : `k${i}`}@absensi.test','${hash}','${i === 0 ? 'admin' : 'karyawan'}','2025-01-01 08:00:00')`);
  const sessions = tokens.map((token, i) => `('${createHash('sha256').update(token).digest('hex')}',${i + 1},UNIX_TIMESTAMP(),UNIX_TIMESTAMP())`);
  for (let from = 0; from <= people; from += 2000) {
    sql(`INSERT INTO users (id, name, email, password, role, created_at) VALUES ${rows.slice(from, from + 2000).join(',')};
      INSERT INTO sessions (id, user_id, created_at, last_seen_at) VALUES ${sessions.slice(from, from + 2000).join(',')};`);
  }
  sql(`INSERT IGNORE INTO closed_days (date) VALUES (DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR) - INTERVAL 1 DAY);`);
  for (let day = historyDays; day >= 1; day--) {
    sql(`INSERT INTO attendances (user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, node_id, status, duration_minutes, created_at, updated_at)
      SELECT id, 'out', DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR) - INTERVAL ${day} DAY, CONCAT(DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR) - INTERVAL ${day} DAY, ' 08:05:00'),
        CONCAT(DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR) - INTERVAL ${day} DAY, ' 17:05:00'), -6.2088, 106.8456, 'app-node-1', 'Hadir', 540, UTC_TIMESTAMP(), UTC_TIMESTAMP()
      FROM users WHERE role = 'karyawan' AND id <= ${historyPeople + 1} ORDER BY id;`);
  }
  return tokens;
}

/// How this side is asked; the same members as the peer's.
function speak(port, tokens, sql) {
  let fresh = 0;
  const place = { latitude: -6.2088, longitude: 106.8456 };
  const today = 'DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR)';

  // A person who opens their first page gets the token that their scripts send back.
  async function browsers(indexes) {
    const connections = await openAll(port, 8);
    const out = new Array(indexes.length);
    let next = 0;
    await Promise.all(connections.map(async (connection) => {
      while (next < indexes.length) {
        const i = next++;
        const browser = new Browser(connection);
        browser.cookies.set('absensi_session', tokens[indexes[i]]);
        const page = { path: indexes[i] === 0 ? '/riwayat?dari=2020-01-01&sampai=2020-01-01' : '/profil', headers: { Accept: 'text/html' } };
        let { status } = await browser.ask(page);
        // What was piled up by the step before may still be worked off.
        for (let tries = 0; status === 503 && tries < 20; tries++) {
          await new Promise((wake) => setTimeout(wake, 500));
          ({ status } = await browser.ask(page));
        }
        if (status !== 200) throw new Error(`a page was answered with ${status}`);
        out[i] = browser.headers;
      }
    }));
    for (const connection of connections) connection.close();
    return out;
  }

  return {
    /// Headers of people who have not clocked in today and of whom nobody was told before.
    async people(count) {
      if (fresh + count >= tokens.length) throw new Error('the bench has run out of people: seed more');
      const indexes = Array.from({ length: count }, () => ++fresh);
      return browsers(indexes);
    },
    admin: async () => (await browsers([0]))[0],
    clockIn: (headers) => ({ method: 'POST', path: '/absensi/masuk', headers, body: place }),
    dashboard: (headers) => ({ path: '/api/dashboard/data', headers }),
    history: (headers) => ({ path: '/riwayat', headers }),
    ping: () => ({ path: '/health/live' }),
    login: async (connection) => {
      const browser = new Browser(connection);
      await browser.ask({ path: '/login', headers: { Accept: 'text/html' } });
      return (email) => ({ method: 'POST', path: '/login', headers: { ...browser.headers, 'Content-Type': 'application/x-www-form-urlencoded' }, body: `email=${encodeURIComponent(email)}&password=password` });
    },
    email: (i) => `k${i + 1}@absensi.test`,
    /// Clock-ins the database holds of today: rows, people, log entries.
    held: () => sql(`SELECT COUNT(*), COUNT(DISTINCT user_id), (SELECT last_id FROM event_head) FROM attendances WHERE date = ${today}`).split('\t').map(Number),
  };
}
