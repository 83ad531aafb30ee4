// How each side is started, fed and listened to.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const here = import.meta.dirname;
const writer = join(here, 'bin/Release/net10.0/fanout-writer.dll');
const program = join(here, 'bin/Release/net10.0/absensi.dll');
const children = new Set();

export const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

export function start(command, words, env = {}) {
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 2] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export const stopAll = () => Promise.all([...children].map(stop));

/** Runs what makes events to its end; tells of each when it was committed or sent. */
async function feed(child, told) {
  for await (const line of createInterface({ input: child.stdout })) {
    const [id, at] = line.split(' ').map(Number);
    if (id > 0) told(id, at);
  }
}

const answers = async (port) => {
  const probe = connect(port, '127.0.0.1');
  const is = await Promise.race([once(probe, 'connect').then(() => true), once(probe, 'error').then(() => false)]).catch(() => false);
  probe.destroy();
  return is;
};

export async function startRedis() {
  const port = await freePort();
  start('redis-server', ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']).stdout.resume();
  while (!await answers(port)) await new Promise((resolve) => setTimeout(resolve, 50));
  return port;
}

let mariadb, databases = 0;

/** With DATABASE=mariadb a new database of a server of its own, every commit durable; else none, and a SQLite file is used. */
async function database() {
  if (process.env.DATABASE !== 'mariadb') return {};
  mariadb ??= await startMariaDb();
  return { DB_HOST: '127.0.0.1', DB_PORT: String(mariadb), DB_DATABASE: `fanout_${++databases}`, DB_USERNAME: 'bench', DB_PASSWORD: 'bench', DB_SSL_MODE: 'None' };
}

async function startMariaDb() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-mariadb-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  execFileSync('mariadb-install-db', ['--no-defaults', '--user=root', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'], { stdio: 'ignore' });
  writeFileSync(`${folder}/init.sql`, "CREATE USER 'bench'@'%' IDENTIFIED BY 'bench';\nGRANT ALL ON *.* TO 'bench'@'%';\n");
  start('mariadbd', ['--no-defaults', '--user=root', `--datadir=${folder}/data`, `--socket=${folder}/db.sock`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve',
    `--pid-file=${folder}/db.pid`, `--init-file=${folder}/init.sql`, '--character-set-server=utf8mb4']).stdout.resume();
  while (!await answers(port)) await new Promise((resolve) => setTimeout(resolve, 50));
  return port;
}

export const ours = {
  name: 'Absensi',
  async start(folder, redis, people) {
    const port = await freePort();
    const env = { ...await database(), ABSENSI_DATA: folder, REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis), APP_PORT: String(port) };
    const session = execFileSync('dotnet', [writer, 'prepare', String(people)], { env: { ...process.env, ...env }, encoding: 'utf8' }).trim();
    const server = start('dotnet', [program, 'realtime'], env);
    server.stdout.resume();
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
      if (answer?.ok) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { server, port, session, env };
  },
  connect: ({ port, session }) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { cookie: `absensi_session=${session}` }, perMessageDeflate: false, skipUTF8Validation: true });
    socket.once('error', reject);
    socket.once('open', () => {
      socket.send('{"protocol":"json","version":1}\x1e{"type":1,"invocationId":"1","target":"Subscribe","arguments":[null]}\x1e');
      const ping = setInterval(() => socket.send('{"type":6}\x1e'), 10_000);
      socket.once('close', () => clearInterval(ping));
    });
    socket.on('message', function subscribed(data) {
      if (!data.includes('"type":3')) return;
      socket.off('message', subscribed);
      resolve(socket);
    });
  }),
  count: (data) => {
    let events = 0;
    for (let at = data.indexOf('"type":1,"target":"A'); at >= 0; at = data.indexOf('"type":1,"target":"A', at + 20)) events++;
    return events;
  },
  feed: ({ env }, rate, _count, told) => feed(start('dotnet', [writer, 'write', String(rate)], env), told),
};

export const theirs = {
  name: 'Socket.IO 4.8.4',
  async start(_folder, redis) {
    const port = await freePort();
    const server = start('node', [join(here, 'peer.mjs'), 'server', String(port), String(redis)], { NODE_ENV: 'production' });
    await once(server.stdout, 'data');
    return { server, port, redis };
  },
  connect: ({ port }) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false, skipUTF8Validation: true });
    socket.once('error', reject);
    socket.on('message', (data) => {
      const kind = data.subarray(0, 2).toString();
      if (kind[0] === '0') socket.send('40');
      else if (kind[0] === '2') socket.send('3');
      else if (kind === '40') resolve(socket);
    });
  }),
  count: (data) => (data[0] === 0x34 && data[1] === 0x32 ? 1 : 0),
  feed: ({ redis }, rate, count, told) => feed(start('node', [join(here, 'peer.mjs'), 'emit', String(rate), String(count), String(redis)]), told),
};
