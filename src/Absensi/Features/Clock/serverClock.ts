/** `2026-11-22 07:58:03`, the server's wall clock, as milliseconds on a clock without time zones. */
export const wallMs = (timestamp: string): number => Date.parse(`${timestamp.replace(' ', 'T')}Z`);

export const wallText = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');

/** When this page's first byte arrived: the moment nearest to the server's writing of the time into it. */
export function pageArrivedAt(): number {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return page && page.responseStart > 0 ? page.responseStart : performance.now();
}

/** The server's clock, carried on by the phone's: the phone may be an hour wrong, only its pace counts. */
export class ServerClock {
  private readonly serverMs: number;
  private readonly dateMs: number;
  private readonly steadyMs: number;

  constructor(serverNow: string, arrivedAt: number, steadyNow = performance.now(), dateNow = Date.now()) {
    this.serverMs = wallMs(serverNow);
    this.steadyMs = arrivedAt;
    this.dateMs = dateNow - (steadyNow - arrivedAt);
  }

  now(dateNow = Date.now()): number {
    return this.serverMs + dateNow - this.dateMs;
  }

  /** True after the phone slept or its clock was set: then only the server knows the time. */
  lost(steadyNow = performance.now(), dateNow = Date.now()): boolean {
    return Math.abs((dateNow - this.dateMs) - (steadyNow - this.steadyMs)) > 2000;
  }
}

/** Whole minutes after the start of work; null when not late. Exactly at the start is on time. */
export function minutesLate(jamMasuk: string, workStart: string): number | null {
  const late = wallMs(jamMasuk) - wallMs(`${jamMasuk.slice(0, 10)} ${workStart.slice(0, 5)}:00`);
  return late > 0 ? Math.floor(late / 60_000) : null;
}

export function lateWords(jamMasuk: string, workStart: string): string {
  const minutes = minutesLate(jamMasuk, workStart);
  const limit = `(batas ${workStart.slice(0, 5).replace(':', '.')})`;
  if (minutes === null) return `Tepat waktu ${limit}`;
  if (minutes === 0) return `Terlambat kurang dari 1 menit ${limit}`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [hours > 0 ? `${hours} jam` : '', rest > 0 ? `${rest} menit` : ''].filter(Boolean);
  return `Terlambat ${parts.join(' ')} ${limit}`;
}
