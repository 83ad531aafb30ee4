// The peer: the design document's own stack, brought up by the folder's up.sh (nginx, php-fpm, MariaDB, Redis, 5,000 employees with 40 days behind them).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Browser, openAll } from './client.mjs';

const home = process.env.PEER_HOME ?? '/tmp/peer';
const place = { latitude: -6.2088, longitude: 106.8456 };

/// `settings`: the folder's own environment variables, e.g. PEER_DASH_CACHE.
export async function start(folder, settings = {}) {
  // A file, not a pipe: the servers that stay behind would hold a pipe open.
  const said = join(mkdtempSync(join(tmpdir(), 'rush-peer-')), 'said');
  execFileSync(join(folder, 'up.sh'), [], { env: { ...process.env, ...settings }, stdio: ['ignore', openSync(said, 'w'), 'inherit'] });
  const base = new URL(readFileSync(said, 'utf8').trim());
  rmSync(dirname(said), { recursive: true });
  const port = +base.port;
  const [user, password, host, dbPort] = ['absensi', 'secret', '127.0.0.1', process.env.PEER_DB_PORT ?? '13307'];
  const sql = (text) => execFileSync('mariadb', ['--no-defaults', '-N', '-B', `-h${host}`, `-P${dbPort}`, `-u${user}`, 'absensi'], { input: text, env: { ...process.env, MYSQL_PWD: password } }).toString().trim();
  const pid = (name) => [+readFileSync(`${home}/run/${name}.pid`, 'utf8')];

  async function signIn(email) {
    const [connection] = await openAll(port, 1);
    const browser = await signInOver(connection, email);
    connection.close();
    return browser.headers;
  }

  async function signInOver(connection, email) {
    const browser = new Browser(connection);
    await browser.ask({ path: '/csrf-token' });
    const { status } = await browser.ask({ method: 'POST', path: '/login', headers: { Accept: 'application/json', 'X-XSRF-TOKEN': browser.headers['X-XSRF-TOKEN'] }, body: { email, password: 'password' } });
    if (status !== 200) throw new Error(`the peer answered a log-in with ${status}`);
    return browser;
  }

  // Signing 5,000 people in takes minutes of bcrypt: it is done once and kept.
  const jar = join(home, 'rush-jar.json');
  let everyone = existsSync(jar) ? JSON.parse(readFileSync(jar)) : [];
  if (everyone.length < 5000 || !await stillIn(everyone[4999])) {
    console.error('signing 5,000 people in to the peer …');
    const connections = await openAll(port, 8);
    everyone = new Array(5000);
    let next = 0;
    await Promise.all(connections.map(async (connection) => {
      while (next < 5000) {
        const i = next++;
        everyone[i] = (await signInOver(connection, email(i))).headers;
      }
    }));
    for (const connection of connections) connection.close();
    writeFileSync(jar, JSON.stringify(everyone));
  }

  async function stillIn(headers) {
    const [connection] = await openAll(port, 1);
    const { status } = await connection.ask({ path: '/riwayat', headers });
    connection.close();
    return status === 200;
  }

  function email(i) { return `k${String(i + 1).padStart(4, '0')}@absensi.test`; }
  const today = 'DATE(UTC_TIMESTAMP() + INTERVAL 7 HOUR)';

  return {
    name: 'peer', port, sql, email,
    groups: { php: pid('php-fpm'), nginx: pid('nginx'), database: pid('maria'), redis: pid('redis') },
    people: async (count) => everyone.slice(0, count),
    admin: () => signIn('admin@absensi.test'),
    clockIn: (headers) => ({ method: 'POST', path: '/absensi/masuk', headers, body: place }),
    dashboard: (headers) => ({ path: '/api/dashboard/data', headers }),
    history: (headers) => ({ path: '/riwayat', headers }),
    login: async (connection) => {
      const browser = new Browser(connection);
      await browser.ask({ path: '/csrf-token' });
      return (address) => ({ method: 'POST', path: '/login', headers: browser.headers, body: { email: address, password: 'password' } });
    },
    held: () => sql(`SELECT COUNT(*), COUNT(DISTINCT user_id), (SELECT COUNT(*) FROM attendance_logs l JOIN attendances b ON b.id = l.attendance_id WHERE b.date = ${today}) FROM attendances WHERE date = ${today}`).split('\t').map(Number),
    /// Takes today's rows away again: these are the same people every time.
    reset: () => sql(`DELETE l FROM attendance_logs l JOIN attendances a ON a.id = l.attendance_id WHERE a.date = ${today}; DELETE FROM attendances WHERE date = ${today};`),
    stop: async () => execFileSync(join(folder, 'down.sh'), { stdio: 'ignore' }),
  };
}
