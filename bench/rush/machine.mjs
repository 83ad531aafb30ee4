// What processes and the machine use, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const ticks = 100;

function children() {
  const of = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const process = { pid: +pid, used: +fields[11] + +fields[12] };
      of.set(+fields[1], [...(of.get(+fields[1]) ?? []), process]);
      of.set(`${pid}`, process.used);
    } catch { /* it has ended */ }
  }
  return of;
}

function used(of, pid) {
  return (of.get(`${pid}`) ?? 0) + (of.get(pid) ?? []).reduce((sum, child) => sum + used(of, child.pid), 0);
}

/// Seconds of CPU so far: of each named group of processes (with their children), of this process, and of everything.
export function cpu(groups) {
  const of = children();
  const machine = readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/ +/).slice(1).map(Number);
  return {
    at: performance.now() / 1000,
    idle: (machine[3] + machine[4]) / ticks,
    busy: (machine[0] + machine[1] + machine[2] + machine[5] + machine[6]) / ticks,
    of: { ...Object.fromEntries(Object.entries(groups).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + used(of, pid) / ticks, 0)])),
      driver: (process.cpuUsage().user + process.cpuUsage().system) / 1e6 },
  };
}

/// Cores used between two samples; `others` is what this bench did not start.
export function cores(before, after) {
  const took = after.at - before.at;
  const of = Object.fromEntries(Object.keys(after.of).map((name) => [name, (after.of[name] - before.of[name]) / took]));
  return { ...of, idle: (after.idle - before.idle) / took, others: Math.max(0, (after.busy - before.busy) / took - Object.values(of).reduce((a, b) => a + b, 0)) };
}

/// Resident memory in MB and open handles of a process.
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return { rss: +/VmRSS:\s+(\d+)/.exec(status)[1] / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}

export function quantile(sorted, q) { return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0; }
export const median = (numbers) => quantile(numbers.toSorted((a, b) => a - b), 0.5);
