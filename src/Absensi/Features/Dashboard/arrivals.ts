export type Bucket = { minute: number; count: number; late: number };

export const bucketMinutes = 5;
/** Height of the plot in its own units; a column is one unit wide. */
export const plotHeight = 100;

const gap = 0.14;

/** The part of the day that is drawn: the usual morning, wider when somebody came outside it. */
export function range(buckets: Bucket[], workStart: number): { from: number; to: number } {
  const minutes = buckets.filter((bucket) => bucket.count > 0.2).map((bucket) => bucket.minute);
  const from = Math.min(workStart - 120, ...minutes);
  const to = Math.max(workStart + 120, ...minutes.map((minute) => minute + bucketMinutes));
  return { from: Math.floor(from / 60) * 60, to: Math.min(Math.ceil(to / 60) * 60, 1440) };
}

export const peak = (...series: Bucket[][]): number => Math.max(4, ...series.flat().map((bucket) => bucket.count));

/** Columns of one colour as a single path; `base` says what each stands on. */
export function columns(buckets: Bucket[], from: number, top: number, height: (bucket: Bucket) => number, base: (bucket: Bucket) => number): string {
  return buckets.filter((bucket) => height(bucket) > 0).map((bucket) => {
    const x = (bucket.minute - from) / bucketMinutes + gap;
    const bottom = plotHeight - (base(bucket) / top) * plotHeight;
    return `M${x.toFixed(2)} ${bottom.toFixed(2)}h${(1 - 2 * gap).toFixed(2)}v${(-(height(bucket) / top) * plotHeight).toFixed(2)}h${(2 * gap - 1).toFixed(2)}z`;
  }).join('');
}

/** The usual day as a line through the middle of each column. */
export function line(buckets: Bucket[], from: number, to: number, top: number): string {
  const counts = new Map(buckets.map((bucket) => [bucket.minute, bucket.count]));
  const points: string[] = [];
  for (let minute = from; minute < to; minute += bucketMinutes) {
    const y = plotHeight - ((counts.get(minute) ?? 0) / top) * plotHeight;
    points.push(`${((minute - from) / bucketMinutes + 0.5).toFixed(1)} ${y.toFixed(1)}`);
  }
  return buckets.length === 0 ? '' : `M${points.join('L')}`;
}

/** One more arrival in its bucket. */
export function arrive(buckets: Bucket[], timestamp: string, late: boolean): Bucket[] {
  const minuteOfDay = Number(timestamp.slice(11, 13)) * 60 + Number(timestamp.slice(14, 16));
  const minute = Math.floor(minuteOfDay / bucketMinutes) * bucketMinutes;
  const before = buckets.find((bucket) => bucket.minute === minute) ?? { minute, count: 0, late: 0 };
  const now = { minute, count: before.count + 1, late: before.late + (late ? 1 : 0) };
  return [...buckets.filter((bucket) => bucket.minute !== minute), now].sort((a, b) => a.minute - b.minute);
}

export const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}.${String(minute % 60).padStart(2, '0')}`;
