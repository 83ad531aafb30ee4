// How load is put on: each of many requests once as fast as it goes, one over and over for a time, or at a rate of its own.
import { openAll } from './client.mjs';
import { cores, cpu, quantile } from './machine.mjs';

function tally() {
  const times = [], statuses = {}, nodes = {};
  return {
    note(began, answer) {
      times.push(performance.now() - began);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const at = answer.head?.search(/\r\nx-node-id: /i) ?? -1;
      if (at >= 0) {
        const node = answer.head.slice(at + 13, answer.head.indexOf('\r', at + 13));
        nodes[node] = (nodes[node] ?? 0) + 1;
      }
    },
    result(seconds, use) {
      const sorted = Float64Array.from(times).sort();
      return { count: sorted.length, rate: sorted.length / seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? 0, statuses, nodes, cores: use };
    },
    clear() { times.length = 0; for (const kind of [statuses, nodes]) for (const key of Object.keys(kind)) delete kind[key]; },
  };
}

/// Each request exactly once over so many connections; the next as soon as one is answered.
export async function once(port, requests, connections, groups) {
  const open = await openAll(port, connections);
  const seen = tally();
  const before = cpu(groups);
  let next = 0;
  await Promise.all(open.map((connection) => new Promise((resolve) => {
    const go = () => {
      if (next === requests.length) return resolve();
      const began = performance.now();
      connection.send(requests[next++], (answer) => { seen.note(began, answer); go(); });
    };
    go();
  })));
  const after = cpu(groups);
  for (const connection of open) connection.close();
  return seen.result(after.at - before.at, cores(before, after));
}

/// The same requests in turn, for so many seconds after one of warming up.
export async function during(port, requests, connections, seconds, groups) {
  const open = await openAll(port, connections);
  const seen = tally();
  let next = 0, ended = false;
  const running = open.map((connection) => new Promise((resolve) => {
    const go = () => {
      if (ended) return resolve();
      const began = performance.now();
      connection.send(requests[next++ % requests.length], (answer) => { seen.note(began, answer); go(); });
    };
    go();
  }));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  seen.clear();
  const before = cpu(groups);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = cpu(groups);
  const result = seen.result(after.at - before.at, cores(before, after));
  ended = true;
  await Promise.all(running);
  for (const connection of open) connection.close();
  return result;
}

/// So many requests a second whatever the answers do; a request's time counts from when it was due. `next(i)` makes the i-th.
export async function atRate(port, rate, seconds, connections, next, groups, { patience = 10_000 } = {}) {
  const open = await openAll(port, connections);
  const free = [...open], due = [];
  const seen = tally();
  let made = 0, answered = 0;
  const before = cpu(groups);
  const start = performance.now();
  const dispatch = () => {
    while (due.length > 0 && free.length > 0) {
      const { at, bytes } = due.shift(), connection = free.pop();
      connection.send(bytes, (answer) => { seen.note(at, answer); answered++; free.push(connection); dispatch(); });
    }
  };
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (const until = Math.min(seconds * 1000, now - start) * rate / 1000; made < until; made++) due.push({ at: start + made * 1000 / rate, bytes: next(made) });
      dispatch();
      if (now - start >= seconds * 1000) { clearInterval(timer); resolve(); }
    }, 2);
  });
  for (const began = performance.now(); answered < made && performance.now() - began < patience;) await new Promise((resolve) => setTimeout(resolve, 10));
  const after = cpu(groups);
  for (const connection of open) connection.close();
  return { ...seen.result(after.at - before.at, cores(before, after)), unanswered: made - answered };
}
