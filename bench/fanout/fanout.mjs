// [DATABASE=mariadb] node fanout.mjs [rounds]: the realtime server against Socket.IO with its Redis adapter, in turn, each round in fresh processes.
// One load process, loopback, the same payload. Prints medians and ratios; CPU is the server process's alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours, startRedis, stop, stopAll, theirs } from './sides.mjs';

const rounds = Number(process.argv[2] ?? 3);
const dashboards = Number(process.env.DASHBOARDS ?? 500);
const rate = Number(process.env.RATE ?? 200);
const events = Number(process.env.EVENTS ?? 2000);
const idle = Number(process.env.IDLE ?? 5000);
const warmUp = events / 2;
const sampled = 10;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const cpuSeconds = ({ pid }) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const residentKb = ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

async function connectMany(side, server, count) {
  const sockets = [];
  while (sockets.length < count) sockets.push(...await Promise.all(Array.from({ length: Math.min(100, count - sockets.length) }, () => side.connect(server))));
  return sockets;
}

async function withServer(side, redis, work) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-fanout-'));
  const server = await side.start(folder, redis, events / 2);
  try {
    return await work(server);
  } finally {
    await stop(server.server);
    rmSync(folder, { recursive: true });
  }
}

/** Every dashboard gets every event; what the first half cost, while the server warmed up, is left out. */
const fanOut = (side, redis) => withServer(side, redis, async (server) => {
  const sockets = await connectMany(side, server, dashboards);
  const committed = new Float64Array(events + 1);
  const latencies = [];
  const arrivals = [];
  let delivered = 0, from;
  const all = new Promise((resolve) => sockets.forEach((socket, i) => socket.on('message', (data) => {
    delivered += side.count(data);
    if (i % sampled === 0) {
      const at = performance.timeOrigin + performance.now();
      for (const [, id] of data.toString().matchAll(/"event_id":(\d+)/g)) arrivals.push([Number(id), at]);
    }
    if (from === undefined && delivered >= warmUp * dashboards) from = { cpu: cpuSeconds(server.server), delivered };
    if (delivered >= events * dashboards) resolve();
  })));
  await side.feed(server, rate, events, (id, at) => { committed[id] = at; });
  await Promise.race([all, sleep(60_000).then(() => { throw new Error(`${side.name}: ${delivered} of ${events * dashboards} delivered`); })]);
  await sleep(200);
  const cpu = cpuSeconds(server.server) - from.cpu;
  for (const [id, at] of arrivals) if (id > warmUp) latencies.push(at - committed[id]);
  latencies.sort((a, b) => a - b);
  sockets.forEach((socket) => socket.terminate());
  return { perCore: (delivered - from.delivered) / cpu, p50: latencies[Math.floor(latencies.length / 2)], p99: latencies[Math.floor(latencies.length * 0.99)] };
});

const idleCost = (side, redis) => withServer(side, redis, async (server) => {
  (await connectMany(side, server, 50)).forEach((socket) => socket.terminate());
  await sleep(2000);
  const before = residentKb(server.server);
  const sockets = await connectMany(side, server, idle);
  await sleep(3000);
  const perConnection = (residentKb(server.server) - before) / idle;
  sockets.forEach((socket) => socket.terminate());
  return perConnection;
});

execFileSync('dotnet', ['build', '-c', 'Release', '-m:1', '-v', 'quiet', '--nologo', '-p:SkipAssets=true', join(import.meta.dirname, 'Writer.csproj')], { stdio: ['ignore', 2, 2] });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopAll().then(() => process.exit(130)));
try {
  const redis = await startRedis();
  const results = new Map([[ours, []], [theirs, []]]);
  for (let round = 1; round <= rounds; round++) {
    for (const [side, list] of results) {
      list.push({ ...await fanOut(side, redis), kb: await idleCost(side, redis) });
      console.error(`round ${round} ${side.name}`, list.at(-1));
    }
  }

  const [a, b] = [...results.values()];
  const row = (what, key, digits, better) => {
    const [x, y] = [a, b].map((list) => median(list.map((one) => one[key])));
    return { [`${dashboards} dashboards, ${rate} events/s`]: what, Absensi: x.toFixed(digits), [theirs.name]: y.toFixed(digits), ratio: `${(better === 'more' ? x / y : y / x).toFixed(2)} x better` };
  };
  console.table([
    row('deliveries per second of server CPU', 'perCore', 0, 'more'),
    row('commit to client, p50 ms', 'p50', 1),
    row('commit to client, p99 ms', 'p99', 1),
    row(`KB per idle connection (${idle})`, 'kb', 1),
  ]);
} finally {
  await stopAll();
}
