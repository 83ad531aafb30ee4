import { backoff, waitOrWake } from '@/backoff';
import type { AttendanceEvent } from '@/live/events';
import type { Hub } from '@/live/hub';

// The page comes first; whoever taps and leaves at once needs no connection, and a morning's crowd does not connect all together.
const earliestMs = 2000;
const spreadMs = 3000;

/** Shows this person as online while the page is open, and brings what happens to their attendance elsewhere, from the event after `last` on. */
export async function stayOnline(last: number, heard: (event: AttendanceEvent) => void): Promise<void> {
  let hub: Hub | null = null;
  let left = false;
  window.addEventListener('pagehide', () => {
    left = true;
    void hub?.stop();
  });
  await new Promise((resolve) => setTimeout(resolve, earliestMs + Math.random() * spreadMs));
  for (let attempt = 0; !left; attempt++) {
    try {
      const { connect } = await import('@/live/hub');
      hub = await connect({
        event: (event) => {
          last = event.event_id;
          heard(event);
        },
        presence: () => undefined,
        servers: () => undefined,
      });
      await hub.subscribe(last);
      attempt = 0;
      await hub.closed;
    } catch {
      void hub?.stop();
    }
    if (!left) await waitOrWake(backoff(attempt));
  }
}
