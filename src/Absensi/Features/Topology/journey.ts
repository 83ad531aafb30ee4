import type { AttendanceEvent } from '@/live/events';
import type { Hop, Member, View } from './view';

/** Sets this screen's clock by the database's: each answer bounds the difference from both sides, the last few together more closely. */
export class ScreenClock {
  private answers: { least: number; most: number }[] = [];
  private offset: { least: number; most: number } | null = null;

  /** @param sent when the question left, `arrived` when the answer was here: `performance.now()`. */
  heard(view: View, sent: number, arrived: number): void {
    if (view.received === null || view.now === null || view.clock_error === null) return;
    const latest = { least: view.now - view.clock_error - arrived * 1000, most: view.received + view.clock_error - sent * 1000 };
    this.answers = [...this.answers, latest].slice(-16);
    const least = Math.max(...this.answers.map((answer) => answer.least));
    const most = Math.min(...this.answers.map((answer) => answer.most));
    if (least > most) this.answers = [latest]; // A clock was set, or this machine slept.
    this.offset = least > most ? latest : { least, most };
  }

  /** Microseconds by the database's clock. */
  at(moment: number): number | null { return this.offset && moment * 1000 + (this.offset.least + this.offset.most) / 2; }

  /** How far off that may be, either way. */
  get error(): number { return this.offset ? (this.offset.most - this.offset.least) / 2 : Infinity; }
}

/** An event as it came to this screen: when (by `performance.now()`), and over whose connection. */
export type Arrival = { event: AttendanceEvent; at: number; servedBy: string | null };

/** How long each part of the way took, in milliseconds; null for what is not known, not yet or not any more. */
export type Journey = { saved: number | null; bell: number | null; screen: number | null; total: number | null; rung: boolean | null };

export function journeyOf(arrival: Arrival, members: Member[], clock: ScreenClock): Journey {
  const hops = new Map<string, Hop>();
  for (const { node_id, report } of members) {
    const hop = report?.hops.find(({ id }) => id === arrival.event.event_id);
    if (hop) hops.set(node_id, hop);
  }
  const tap = [...hops.values()].find(({ committed }) => committed !== null);
  const reader = arrival.servedBy === null ? undefined : hops.get(arrival.servedBy);
  const seen = clock.at(arrival.at);
  return {
    saved: between(tap?.received, tap?.committed),
    bell: between(tap?.committed, reader?.read),
    screen: between(reader?.read, seen),
    total: between(tap?.received, seen),
    rung: reader?.rung ?? null,
  };
}

/** What was told stays known when those who told it no longer do. */
export const merged = (before: Journey, now: Journey): Journey => ({
  saved: now.saved ?? before.saved, bell: now.bell ?? before.bell, screen: now.screen ?? before.screen, total: now.total ?? before.total, rung: now.rung ?? before.rung,
});

// Two clocks may disagree by a fraction of a millisecond, so that the later seems the earlier.
function between(from: number | null | undefined, to: number | null | undefined): number | null {
  return from == null || to == null ? null : Math.max(0, (to - from) / 1000);
}

const whole = new Intl.NumberFormat('id-ID', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('id-ID', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `0,4`, `3,2`, `31`, `1.250` */
export const milliseconds = (value: number | null): string => value === null ? '–' : value < 9.95 ? tenth.format(value) : whole.format(value);
