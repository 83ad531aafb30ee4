import { component, pageData } from '@/alpine';
import { http, problemOf, toLogin } from '@/http';
import { type AttendanceEvent, type Connection, connectionWords, isArrival, type Person, type Server } from '@/live/events';
import { LiveFeed } from '@/live/feed';
import { dayMonth, hourMinute, oneDecimal, thousands } from '@/words';
import { pageArrivedAt, ServerClock, wallText } from '../Clock/serverClock';
import { stayAwake } from './wall';

type Metrics = { today_count: number; week_count: number; attendance_rate: number; servers_online: number; servers_total: number };
type Row = AttendanceEvent['data'];
type Page = { now: string; metrics: Metrics; latest_attendances: Row[]; server_status: Server[]; last_id: number };

const shown = 10;
const refreshAfterMs = 1500;
const refreshEveryMs = 15_000;

component('dashboard', () => {
  const page = pageData<Page>();
  const clock = new ServerClock(page.now, pageArrivedAt());
  let refreshing: ReturnType<typeof setTimeout> | undefined;

  return {
    metrics: page.metrics,
    rows: [] as ReturnType<typeof readable>[],
    servers: page.server_status,
    people: [] as Person[],
    online: 0,
    knowsPresence: false,
    connection: 'connecting' as Connection,
    time: hourMinute(page.now),

    init() {
      this.rows = page.latest_attendances.filter((row) => this.shows(row)).map((row) => readable(row, page.now, false));
      new LiveFeed(page.last_id, true, {
        event: (event) => this.arrived(event),
        connection: (state) => { this.connection = state; },
        presence: (presence) => { this.knowsPresence = true; this.online = presence.online; this.people = presence.users; },
        servers: (servers) => this.serversChanged(servers),
      }).start();
      setInterval(() => { if (!document.hidden) void this.refresh(); }, refreshEveryMs);
      if (!this.$root.dataset.wall) return;
      stayAwake();
      setInterval(() => { this.time = hourMinute(wallText(clock.now())); }, 1000);
    },

    get connectionText() { return connectionWords[this.connection]; },
    get isLive() { return this.connection === 'live'; },
    get isPolling() { return this.connection === 'polling'; },
    get isConnecting() { return this.connection === 'connecting'; },
    get isSeeking() { return !this.isLive && !this.isPolling; },
    get isEmpty() { return this.rows.length === 0; },
    get today() { return thousands(this.metrics.today_count); },
    get week() { return thousands(this.metrics.week_count); },
    get rate() { return `${oneDecimal(this.metrics.attendance_rate)}%`; },
    get serversText() { return `${this.metrics.servers_online}/${this.metrics.servers_total}`; },
    get someServerDown() { return this.metrics.servers_online < this.metrics.servers_total; },

    // On a wall everybody passes by, and an absence is nobody's business there.
    shows(row: Row) { return !this.$root.dataset.wall || row.status !== 'Alpha'; },

    arrived(event: AttendanceEvent) {
      document.dispatchEvent(new CustomEvent('absensi:event', { detail: event }));
      if (this.shows(event.data)) this.rows = [readable(event.data, page.now, true), ...this.rows].slice(0, shown);
      if (isArrival(event)) {
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

    async refresh() {
      try {
        const { data } = await http.get<Page>('/api/dashboard/data');
        this.metrics = data.metrics;
        this.servers = data.server_status;
        // The server has just answered, so a new day's page can be had: a screen on a wall must not end on an error page.
        if (wallText(clock.now()).slice(0, 10) !== page.now.slice(0, 10)) location.reload();
      } catch (error) {
        if (problemOf(error).status === 401) toLogin();
      }
    },
  };
});

function readable(row: Row, now: string, isNew: boolean) {
  const time = hourMinute(row.timestamp);
  const isToday = row.timestamp.slice(0, 10) === now.slice(0, 10);
  return {
    ...row,
    key: `${row.id}${row.type}`,
    href: `/riwayat/${row.id}`,
    // The latest ten reach back into yesterday before anyone has come.
    time: isToday ? time : `${dayMonth(row.timestamp)} ${time}`,
    isIn: row.type === 'in' && row.status !== 'Alpha',
    isOut: row.type === 'out',
    isOnTime: row.status === 'Hadir',
    isLate: row.status === 'Terlambat',
    isAbsent: row.status === 'Alpha',
    word: row.status === 'Alpha' ? 'Tidak absen' : row.type === 'in' ? 'Masuk' : 'Pulang',
    place: row.latitude === null || row.longitude === null ? '–' : `${row.latitude.toFixed(4)}, ${row.longitude.toFixed(4)}`,
    isNew,
  };
}
