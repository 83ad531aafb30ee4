/** 1, 2, 4 … at most 30 seconds, each anywhere in its upper half, so that thousands of phones don't come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random() / 2));
}

/** Waits, but not past the moment the network is back or the page is looked at again. */
export function waitOrWake(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    const seen = (): void => { if (!document.hidden) done(); };
    function done(): void {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      document.removeEventListener('visibilitychange', seen);
      resolve();
    }
    window.addEventListener('online', done);
    document.addEventListener('visibilitychange', seen);
  });
}
