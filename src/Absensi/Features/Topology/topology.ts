import { component, pageData } from '@/alpine';
import { http, problemOf, toLogin } from '@/http';
import { type AttendanceEvent, type Connection, connectionWords } from '@/live/events';
import { LiveFeed } from '@/live/feed';
import { hourMinuteSecond } from '@/words';
import { uuid } from '../Clock/tap';
import { type Box, databaseBox, entranceBox, fanOutBoxes, fanOutKey, nodeBoxes, nodeKey, redisBox, screenBox, shared, staged } from './boxes';
import { type Arrival, type Journey, journeyOf, merged, milliseconds, ScreenClock } from './journey';
import { type Act, acted, type Away, headline, Rates, redisOf, type View } from './view';
import { type Link, Wires } from './wires';

const everyMs = 1000;
const patienceMs = 2500;
/** After which another node is asked: the first may be frozen, and then says nothing until a balancer gives up on it. */
const nextMs = 700;
const shown = 6;

type Travelled = Arrival & { journey: Journey };

/** The first answer to up to three questions, each asked when those before have been silent for a while. */
async function firstOf<T>(ask: () => Promise<T>): Promise<T> {
  const asked: Promise<T>[] = [];
  for (let isSilent = true; isSilent && asked.length < 3;) {
    asked.push(ask());
    const answered = Promise.race(asked).then(() => false, () => false);
    isSilent = await Promise.race([answered, new Promise<boolean>((resolve) => setTimeout(() => resolve(true), nextMs))]);
  }
  return Promise.race(asked);
}

component('topology', () => {
  const clock = new ScreenClock();
  const rates = new Rates();
  let wires: Wires;
  let feed: LiveFeed;

  return {
    view: pageData<View>(),
    away: 'nothing' as Away,
    connection: 'connecting' as Connection,
    servedBy: null as string | null,
    arrived: 0,
    travelled: [] as Travelled[],
    nodes: [] as Box[],
    fanOut: [] as Box[],
    entrance: [] as Box[],
    stores: [] as Box[],
    screen: [] as Box[],
    heardAt: performance.now(),
    isActing: false,
    problem: '',

    init() {
      wires = new Wires(this.$refs.diagram!, this.$refs.wires!);
      feed = new LiveFeed(this.view.head, true, {
        event: (event) => this.came(event),
        connection: (state) => { this.connection = state; this.show(); },
        served: (nodeId) => { this.servedBy = nodeId; this.show(); },
      });
      feed.start();
      this.heard(this.view);
      void this.look();
    },

    get connectionText() { return connectionWords[this.connection]; },
    get isLive() { return this.connection === 'live'; },
    get isPolling() { return this.connection === 'polling'; },
    get isConnecting() { return this.connection === 'connecting'; },
    get isSeeking() { return !this.isLive && !this.isPolling; },
    get hasStage() { return this.view.stage !== null; },
    get headline() { return headline(this.view, this.away); },
    /** The latest whose way is known: what was measured comes a second later, and what a dead process measured never does. */
    get latest() {
      const one = this.travelled.find(({ journey }) => journey.total !== null) ?? this.travelled[0];
      return one ? this.readable(one) : null;
    },
    get hasNone() { return this.travelled.length === 0; },
    get rows() { return this.travelled.map((one) => this.readable(one)); },
    get precision() { return this.view.now !== null && Number.isFinite(clock.error) ? `Ketelitian ±${milliseconds(clock.error / 1000)} md.` : ''; },

    async look() {
      for (;;) {
        const began = performance.now();
        if (!document.hidden) await this.ask();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + everyMs - performance.now())));
      }
    },

    async ask() {
      const sent = performance.now();
      try {
        const { data } = await firstOf(() => http.get<View>('/api/klaster', { timeout: patienceMs }));
        clock.heard(data, sent, performance.now());
        this.away = 'nothing';
        this.heard(data);
      } catch (error) {
        if (problemOf(error).status === 401) return toLogin();
        await this.findOut();
      }
    },

    /** The question failed. Whoever answers this one lives; refusing it says that the database is missing, or that a balancer finds no node that has one. */
    async findOut() {
      try {
        const { status, headers } = await firstOf(() => http.get('/health/ready', { timeout: patienceMs, validateStatus: () => true }));
        this.away = status === 200 ? 'nothing' : 'database';
        this.view = { ...this.view, by: String(headers['x-node-id'] ?? this.view.by) };
      } catch {
        this.away = 'everything';
      }
      this.show();
    },

    heard(view: View) {
      this.view = view;
      this.heardAt = performance.now();
      rates.heard(view.members);
      feed.reach(view.head);
      this.travelled = this.travelled.map((one) => ({ ...one, journey: merged(one.journey, journeyOf(one, view.members, clock)) }));
      this.show();
    },

    show() {
      const { view, away } = this;
      const since = (performance.now() - this.heardAt) / 1000;
      const cast = (boxes: Box[]): Box[] => boxes.map((box) => staged(box, view.stage, since, away));
      this.nodes = shared(cast(nodeBoxes(view, away, rates)));
      this.fanOut = cast(fanOutBoxes(view, away, this.servedBy));
      this.entrance = cast([entranceBox(view, away)]);
      this.stores = cast([databaseBox(view, away), redisBox(view, away)]);
      this.screen = [screenBox(this.connection, this.nameOf(view.by), this.arrived)];
      void this.$nextTick(() => wires.draw(this.links()));
    },

    async act(target: string, action: Act) {
      this.isActing = true;
      this.problem = '';
      // The same key however often it is sent: it is done once.
      const options = { timeout: patienceMs, headers: { 'Idempotency-Key': uuid() } };
      try {
        await firstOf(() => http.post('/admin/klaster/panggung', { target, action }, options));
        this.view = { ...this.view, stage: acted(this.view.stage, target, action, (performance.now() - this.heardAt) / 1000) };
        this.heardAt = performance.now();
        this.show();
      } catch (error) {
        // No answer at all: it may be the very node that was to answer which is gone.
        const { status, message } = problemOf(error);
        if (status === 401) return toLogin();
        if (status !== null) this.problem = status === 503 && this.away === 'database' ? 'Tanpa database tak seorang pun dikenali, juga bukan Anda. Ia hidup lagi sendiri.' : message;
      } finally {
        this.isActing = false;
      }
      await this.ask();
    },

    kill(target: string) { void this.act(target, 'kill'); },
    freeze(target: string) { void this.act(target, 'freeze'); },
    revive(target: string) { void this.act(target, 'revive'); },

    nameOf(nodeId: string): string { return this.view.members.find(({ node_id }) => node_id === nodeId)?.name ?? nodeId; },

    /** The box that brings events to this screen. */
    get reader() { return this.view.has_realtime ? fanOutKey(this.servedBy ?? '') : 'siaran'; },

    links(): Link[] {
      const bell = redisOf(this.view) !== 'off';
      const dead = new Set([...this.entrance, ...this.nodes, ...this.stores, ...this.fanOut].filter(({ health }) => health === 'down').map(({ key }) => key));
      const links: Link[] = [
        ...this.nodes.flatMap(({ key }): Link[] => [{ from: 'pintu', to: key }, { from: key, to: 'database' }, ...(bell ? [{ from: key, to: 'redis', bell }] : [])]),
        ...this.fanOut.flatMap(({ key }): Link[] => [{ from: 'database', to: key }, { from: 'redis', to: key, bell: true }]),
        ...(this.isLive ? [{ from: this.reader, to: 'layar' }] : []),
      ];
      return links.map((link) => ({ ...link, dead: dead.has(link.from) || dead.has(link.to) }));
    },

    came(event: AttendanceEvent) {
      const arrival = { event, at: performance.now(), servedBy: this.isLive ? this.servedBy : null };
      this.arrived++;
      this.travelled = [{ ...arrival, journey: journeyOf(arrival, [], clock) }, ...this.travelled].slice(0, shown);
      const node = nodeKey(event.data.node_id);
      void wires.pulse([
        { link: { from: 'pintu', to: node }, ms: 350 },
        { link: { from: node, to: 'database' }, ms: 500 },
        ...(redisOf(this.view) === 'up' ? [{ link: { from: node, to: 'redis', bell: true }, ms: 350 }] : []),
        { link: { from: 'redis', to: this.reader, bell: true }, ms: 350 },
        { link: { from: 'database', to: this.reader }, ms: 500 },
        { link: { from: this.reader, to: 'layar' }, ms: 350 },
      ]);
    },

    readable({ event, journey, servedBy }: Travelled) {
      const parts = [journey.saved, journey.bell, journey.screen];
      const sum = parts.reduce<number>((all, part) => all + (part ?? 0), 0) || 1;
      const width = (part: number | null): string => `${((part ?? 0) / sum) * 100}%`;
      const by = journey.rung === null ? '' : !journey.rung ? 'pewaktu' : servedBy === event.data.node_id ? 'node itu sendiri' : 'Redis';
      return {
        id: event.event_id,
        who: event.data.user_name,
        what: event.data.type === 'in' ? 'masuk' : 'pulang',
        when: hourMinuteSecond(event.data.timestamp),
        node: this.nameOf(event.data.node_id),
        read: servedBy === null ? 'Dibaca ketika layar bertanya sendiri' : `${this.nameOf(servedBy)} membacanya${by && `; dibangunkan ${by}`}`,
        saved: milliseconds(journey.saved), bell: milliseconds(journey.bell), screen: milliseconds(journey.screen), total: milliseconds(journey.total),
        savedWidth: width(journey.saved), bellWidth: width(journey.bell), screenWidth: width(journey.screen),
        isMeasured: parts.every((part) => part !== null),
      };
    },
  };
});
