// node run.mjs WORK [--peer DIR] [--rounds 3] [--connections 32,384] [--people 5000] [--seconds 10] [--rate N] [--db user:password@host:port]
// WORK: rush | dup | read | history | mixed | alone | overload | start | soak. The sides take turns; printed are medians and their spread.
import { parseArgs } from 'node:util';
import { start as startOurs } from './absensi.mjs';
import { openAll, request } from './client.mjs';
import { limit } from './limit.mjs';
import { atRate, during, once } from './load.mjs';
import { median, memory } from './machine.mjs';
import { start as startPeer } from './peer.mjs';

const { values: option, positionals: [work] } = parseArgs({ allowPositionals: true, options: {
  peer: { type: 'string' }, rounds: { type: 'string', default: '3' }, connections: { type: 'string', default: '32,384' }, people: { type: 'string', default: '5000' },
  seconds: { type: 'string', default: '10' }, rate: { type: 'string' }, db: { type: 'string' } } });
const [rounds, people, seconds] = ['rounds', 'people', 'seconds'].map((name) => Number(option[name]));
const connections = option.connections.split(',').map(Number);
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
const server = option.db && (([, user, password, host, port]) => ({ user, password, host, port: +port }))(/^([^:]*):(.*)@([^:@]+):(\d+)$/.exec(option.db));
// The peer's people are 5,000; a round takes them all, and tidies up after itself.
const peersShare = Math.min(people, 1500);

const table = (rows) => {
  const names = Object.keys(rows[0]);
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name] ?? '').length)));
  for (const row of [Object.fromEntries(names.map((name) => [name, name])), ...rows])
    console.log(names.map((name, i) => (i === 0 ? String(row[name] ?? '').padEnd(widths[i]) : String(row[name] ?? '').padStart(widths[i]))).join('  '));
};
const spread = (numbers, digits = 0) => `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)})`;
const cores = (results) => Object.keys(results[0].cores).map((name) => `${name} ${median(results.map((r) => r.cores[name])).toFixed(2)}`).join(' ');
const row = (side, results) => ({ side, 'a second': spread(results.map((r) => r.rate)), 'p50 ms': spread(results.map((r) => r.p50), 1), 'p99 ms': spread(results.map((r) => r.p99), 1),
  answers: JSON.stringify(results.reduce((sum, r) => { for (const [status, count] of Object.entries(r.statuses)) sum[status] = (sum[status] ?? 0) + count; return sum; }, {})), cores: cores(results) });
const ratio = (ours, theirs) => `${(median(ours.map((r) => r.rate)) / median(theirs.map((r) => r.rate))).toFixed(1)} times the peer`;

/// Runs `measure` on one side and the other in each way, so many times each; compares each side's best.
async function inTurn(sides, measure, ways = [undefined]) {
  const results = sides.map(() => ways.map(() => []));
  for (let round = 0; round < rounds; round++) for (const [w, way] of ways.entries()) for (const [s, side] of sides.entries()) results[s][w].push(await measure(side, way));
  table(sides.flatMap((side, s) => ways.map((way, w) => row(way === undefined ? side.name : `${side.name}, ${way}`, results[s][w]))));
  const best = (of) => of.reduce((a, b) => (median(a.map((r) => r.rate)) >= median(b.map((r) => r.rate)) ? a : b));
  if (sides.length === 2) console.log(ratio(...results.map(best)));
}

// A node compiles what it runs often: the first thousands of requests are slow and no measure of anything.
const warmth = 20000;
async function warm(ours) {
  await once(ours.port, (await ours.people(warmth)).map((headers) => request(ours.clockIn(headers))), 32, ours.groups);
  for (const [what, headers] of [['history', await ours.people(50)], ['dashboard', [await ours.admin()]]]) await during(ours.port, headers.map((h) => request(ours[what](h))), 16, 2, ours.groups);
}

async function withSides(size, work, settings) {
  const ours = await startOurs({ people: warmth + 200 + size, server });
  try {
    const sides = [ours, ...(option.peer ? [await startPeer(option.peer, settings)] : [])];
    await warm(ours);
    await work(sides, ours);
  } finally {
    await ours.stop();
  }
}

async function rushOnce(side, wide = connections[0]) {
  const count = side.reset ? peersShare : people;
  side.reset?.();
  const [before] = side.held();
  const requests = (await side.people(count)).map((headers) => request(side.clockIn(headers)));
  // Sessions of people who were last seen some minutes ago, as in the morning.
  if (!side.reset) side.sql('UPDATE sessions SET last_seen_at = last_seen_at - 300');
  await pause(1500);
  const result = await once(side.port, requests, wide, side.groups);
  const [rows, distinct, entries] = side.held();
  if (rows - before !== count || distinct !== rows || entries !== rows) throw new Error(`${side.name} holds ${rows - before} rows of ${count}, ${distinct} people, ${entries} log entries`);
  return result;
}

const works = {
  rush: () => withSides(rounds * connections.length * people, async (sides, ours) => {
    await inTurn(sides, rushOnce, connections);
    console.log('every round: exactly as many rows, people and log entries as requests');
    for (const [name, threads, size] of [['one by one, 32 connections', 32, 1], ['64 a transaction, 2 connections', 2, 64]]) console.log(`a bare client, ${name}: ${(await limit(ours, threads, size)).rate.toFixed(0)} a second`);
  }),

  read: () => withSides(0, async (sides) => {
    const requests = new Map();
    for (const side of sides) requests.set(side, [request(side.dashboard(await side.admin()))]);
    await inTurn(sides, (side) => during(side.port, requests.get(side), 16, seconds, side.groups));
  }, { PEER_DASH_CACHE: '1' }),

  history: () => withSides(500, async (sides) => {
    const requests = new Map();
    for (const side of sides) requests.set(side, (await side.people(500)).map((headers) => request(side.history(headers))));
    await inTurn(sides, (side) => during(side.port, requests.get(side), 16, seconds, side.groups));
  }),

  /// One person, fifty at once, ten times: one is accepted, the rest refused.
  dup: () => withSides(10, async (sides, ours) => {
    for (let i = 0; i < 10; i++) {
      const [headers] = await ours.people(1);
      const [before] = ours.held();
      const { statuses } = await once(ours.port, Array.from({ length: 50 }, () => request(ours.clockIn(headers))), 50, ours.groups);
      const [after, , entries] = ours.held();
      if (statuses[200] !== 1 || statuses[422] !== 49 || after !== before + 1 || entries !== after) throw new Error(`answers ${JSON.stringify(statuses)}, rows ${after - before}`);
    }
    console.log('10 times 50 at once: each time one accepted, 49 refused, one row, one log entry');
  }),

  /// One tap after the other, nobody else there.
  alone: () => withSides(150 * rounds, async (sides, ours) => {
    const results = [];
    for (let i = 0; i < rounds; i++) results.push(await once(ours.port, (await ours.people(150)).map((headers) => request(ours.clockIn(headers))), 1, ours.groups));
    table([row('absensi', results)]);
    console.log(`a bare client's commit: ${(await limit(ours, 1, 1)).mean.toFixed(2)} ms`);
  }),

  /// The morning: taps, lists, dashboards, and now and then a password. The peer as fast as it can; ours at ten times that rate.
  mixed: () => withSides(4 * people, async (sides, ours) => {
    const peer = sides[1];
    const mix = async (side, count) => {
      const [taps, admin, [connection]] = [(await side.people(count)), await side.admin(), await openAll(side.port, 1)];
      const login = await side.login(connection);
      connection.close();
      return Array.from({ length: count }, (_, i) => request(i % 400 === 7 ? login(side.email(i)) : i % 20 === 1 ? side.dashboard(admin) : i % 5 === 2 ? side.history(taps[i]) : side.clockIn(taps[i])));
    };
    let rate = 250;
    if (peer) {
      peer.reset();
      const best = await once(peer.port, await mix(peer, peersShare), connections[0], peer.groups);
      table([row(`peer, ${connections[0]} connections`, [best])]);
      rate = best.rate;
    }
    for (const times of [1, 5, 10]) {
      const count = Math.min(people, Math.ceil(rate * times * seconds));
      const requests = await mix(ours, count);
      const result = await atRate(ours.port, rate * times, count / (rate * times), 256, (i) => requests[Math.min(i, count - 1)], ours.groups);
      table([{ ...row(`absensi at ${times} times that`, [result]), unanswered: result.unanswered }]);
    }
  }),

  /// Three times what it can do: the rest is told so at once, nothing is lost, and afterwards all is as before.
  overload: () => withSides(people * 6, async (sides, ours) => {
    const before = await rushOnce(ours);
    const rss = () => ours.processes.map((p) => memory(p.pid).rss.toFixed(0)).join(' ');
    const [held] = ours.held();
    const began = rss();
    const requests = (await ours.people(people * 3)).map((headers) => request(ours.clockIn(headers)));
    const result = await atRate(ours.port, before.rate * 3, requests.length / (before.rate * 3), 4096, (i) => requests[Math.min(i, requests.length - 1)], ours.groups);
    const after = await rushOnce(ours);
    table([row('before', [before]), row('at three times that', [result]), row('after', [after])]);
    console.log(`resident MB of the nodes before and after: ${began}; ${rss()}. Rows: ${ours.held()[0] - held - people}, answered with 200: ${result.statuses[200]}`);
  }),

  /// From the command to the first answer, and what an idle node holds.
  start: async () => {
    const rows = [];
    for (let i = 0; i < rounds; i++) {
      const ours = await startOurs({ people: 10, historyDays: 1, server });
      await pause(3000);
      rows.push({ first: ours.startedIn[0], all: Math.max(...ours.startedIn), rss: ours.processes.map((p) => memory(p.pid).rss) });
      await ours.stop();
    }
    table([{ 'three nodes at once': '', 'first ready ms': spread(rows.map((r) => r.first)), 'all ready ms': spread(rows.map((r) => r.all)), 'idle MB each': spread(rows.flatMap((r) => r.rss)) }]);
  },

  /// Sixty of a hundred of what it can do (or --rate), for a long time: memory, handles, p99 and cores a minute.
  soak: () => withSides(4 * people, async (sides, ours) => {
    const best = (await rushOnce(ours)).rate;
    const rate = option.rate ? +option.rate : best * 0.6;
    const [admin, heads] = [await ours.admin(), await ours.people(500)];
    const taps = (await ours.people(people)).map((headers) => request(ours.clockIn(headers)));
    // Each taps once and is refused from then on: the way through the writer is the same.
    const next = (i) => (i % 10 === 0 ? request(ours.history(heads[i % 500])) : i % 25 === 1 ? request(ours.dashboard(admin)) : taps[i % taps.length]);
    const minutes = [];
    for (let left = seconds; left > 0; left -= 60) {
      const result = await atRate(ours.port, rate, Math.min(60, left), 256, next, ours.groups);
      const now = ours.processes.map((p) => memory(p.pid));
      minutes.push({ minute: minutes.length + 1, rate: result.rate.toFixed(0), 'p50 ms': result.p50.toFixed(1), 'p99 ms': result.p99.toFixed(1), answers: JSON.stringify(result.statuses),
        'MB each': now.map((m) => m.rss.toFixed(0)).join(' '), 'handles each': now.map((m) => m.handles).join(' '), cores: cores([result]) });
      table(minutes.slice(-1));
    }
  }),
};

if (!works[work]) {
  console.error(`node run.mjs ${Object.keys(works).join('|')} [--peer DIR] [--rounds N] …; see docs/performance.md`);
  process.exit(2);
}
await works[work]();
