/** Keeps a screen on a wall lit. Browsers drop the lock whenever the page is hidden, and may refuse it when power is low. */
export function stayAwake(): void {
  const ask = (): void => {
    if (!document.hidden) void navigator.wakeLock?.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
