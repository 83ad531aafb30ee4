import { backoff, waitOrWake } from '@/backoff';
import { http, problemOf, toLogin } from '@/http';
import { type AttendanceEvent, type Connection, leavesGap, type Presence, type Server, unseen } from './events';
import type { Hub } from './hub';

type Listener = {
  event(event: AttendanceEvent): void;
  connection(state: Connection): void;
  presence?(presence: Presence): void;
  servers?(servers: Server[]): void;
  /** The id of the process that serves the connection. */
  served?(nodeId: string): void;
};

const pollEveryMs = 5000;
const batch = 200;

/**
 * Every event after `last`, once and in order, by WebSocket while there is one and by polling while there is none.
 * `complete`: the server sends this person all events (an admin), so that a gap can be seen and filled.
 */
export class LiveFeed {
  private hub: Hub | null = null;
  private live = false;
  private stopped = false;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private catchingUp: Promise<void> | null = null;
  private expected: { last: number; head: number } | null = null;

  constructor(private last: number, private readonly complete: boolean, private readonly listener: Listener) {}

  start(): void {
    this.listener.connection('connecting');
    void this.stayConnected();
    window.addEventListener('pagehide', () => this.stop());
    window.addEventListener('pageshow', (page) => { if (page.persisted) location.reload(); });
  }

  /** The log reaches this far. A connection that has brought nothing of it by the next time does not work any more, and is made anew. */
  reach(head: number): void {
    if (this.live && this.expected && this.last === this.expected.last && this.last < this.expected.head) void this.hub?.stop();
    this.expected = this.live ? { last: this.last, head } : null;
  }

  private async stayConnected(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      if (await this.connected()) attempt = 0;
      if (this.stopped) return;
      if (attempt === 0) this.listener.connection('reconnecting');
      if (attempt === 1) void this.poll();
      await waitOrWake(backoff(attempt));
    }
  }

  /** Resolves when the connection is over; true if there was one. */
  private async connected(): Promise<boolean> {
    try {
      const { connect } = await import('./hub');
      this.hub = await connect({
        event: (event) => void this.receive(event),
        presence: (presence) => this.listener.presence?.(presence),
        servers: (servers) => this.listener.servers?.(servers),
      });
      await this.hub.subscribe(this.last);
      this.live = true;
      clearTimeout(this.polling);
      this.listener.connection('live');
      if (this.listener.served) this.listener.served(await this.hub.node());
      await this.hub.closed;
      return true;
    } catch {
      void this.hub?.stop();
      return false;
    } finally {
      this.live = false;
      this.hub = null;
    }
  }

  private async receive(event: AttendanceEvent): Promise<void> {
    try {
      if (this.complete && leavesGap(this.last, event)) await this.catchUp();
      this.show([event]);
    } catch {
      // Showing it would bury the one before it: the next connection asks for both.
      await this.hub?.stop();
    }
  }

  private show(events: AttendanceEvent[]): void {
    const { last, fresh } = unseen(this.last, events);
    this.last = last;
    fresh.forEach((event) => this.listener.event(event));
  }

  private async poll(): Promise<void> {
    clearTimeout(this.polling);
    const reached = await this.catchUp().then(() => true, (error: unknown) => {
      if (problemOf(error).status === 401) toLogin();
      return false;
    });
    if (this.live || this.stopped) return;
    // Nobody should take a page for current whose questions go unanswered.
    this.listener.connection(reached ? 'polling' : 'reconnecting');
    this.polling = setTimeout(() => void this.poll(), document.hidden ? 6 * pollEveryMs : pollEveryMs);
  }

  private catchUp(): Promise<void> {
    return this.catchingUp ??= this.readOn().finally(() => { this.catchingUp = null; });
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const { data } = await http.get<{ events: AttendanceEvent[] }>('/api/events', { params: { after: this.last, limit: batch } });
      this.show(data.events);
      if (data.events.length < batch) return;
    }
  }

  private stop(): void {
    this.stopped = true;
    clearTimeout(this.polling);
    void this.hub?.stop();
  }
}
