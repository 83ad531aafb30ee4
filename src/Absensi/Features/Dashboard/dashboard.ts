import { component, pageData } from '@/alpine';
import { http } from '@/http';
import { type AttendanceEvent, type Connection, connectionWords, type Person, type Server } from '@/live/events';
import { LiveFeed } from '@/live/feed';
import { hourMinute, oneDecimal, thousands } from '@/words';

type Metrics = { today_count: number; week_count: number; attendance_rate: number; servers_online: number; servers_total: number };
type Row = AttendanceEvent['data'];
type Page = { metrics: Metrics; latest_attendances: Row[]; server_status: Server[]; last_id: number };

const shown = 10;
const refreshAfterMs = 1500;

component('dashboard', () => {
  const page = pageData<Page>();
  let refreshing: ReturnType<typeof setTimeout> | undefined;

  return {
    metrics: page.metrics,
    rows: page.latest_attendances.map((row) => readable(row, false)),
    servers: page.server_status,
    people: [] as Person[],
    online: 0,
    connection: 'connecting' as Connection,

    init() {
      new LiveFeed(page.last_id, true, {
        event: (event) => this.arrived(event),
        connection: (state) => { this.connection = state; },
        presence: (presence) => { this.online = presence.online; this.people = presence.users; },
        servers: (servers) => this.serversChanged(servers),
      }).start();
    },

    get connectionText() { return connectionWords[this.connection]; },
    get isLive() { return this.connection === 'live'; },
    get isPolling() { return this.connection === 'polling'; },
    get isSeeking() { return !this.isLive && !this.isPolling; },
    get isEmpty() { return this.rows.length === 0; },
    get today() { return thousands(this.metrics.today_count); },
    get week() { return thousands(this.metrics.week_count); },
    get rate() { return `${oneDecimal(this.metrics.attendance_rate)}%`; },
    get serversText() { return `${this.metrics.servers_online}/${this.metrics.servers_total}`; },
    get someServerDown() { return this.metrics.servers_online < this.metrics.servers_total; },

    arrived(event: AttendanceEvent) {
      this.rows = [readable(event.data, true), ...this.rows].slice(0, shown);
      if (event.event === 'AbsensiCreated') {
        this.metrics.today_count++;
        this.metrics.week_count++;
      }
      this.refreshSoon();
    },

    serversChanged(servers: Server[]) {
      this.servers = servers;
      this.metrics.servers_online = servers.filter((server) => server.status === 'online').length;
      this.metrics.servers_total = servers.length;
    },

    // In the morning rush many events share one question; the server's numbers then replace the counted ones.
    refreshSoon() {
      refreshing ??= setTimeout(() => {
        refreshing = undefined;
        void http.get<Metrics>('/api/dashboard/metrics').then(({ data }) => { this.metrics = data; }).catch(() => undefined);
      }, refreshAfterMs);
    },
  };
});

function readable(row: Row, isNew: boolean) {
  return {
    ...row,
    key: `${row.id}${row.type}`,
    href: `/riwayat/${row.id}`,
    time: hourMinute(row.timestamp),
    isIn: row.type === 'in',
    isLate: row.status === 'Terlambat',
    place: row.latitude === null || row.longitude === null ? '–' : `${row.latitude.toFixed(4)}, ${row.longitude.toFixed(4)}`,
    isNew,
  };
}
