import { component, pageData } from '@/alpine';
import { toLogin } from '@/http';
import type { AttendanceEvent } from '@/live/events';
import { reloadSaying } from '@/toasts';
import { coordinates, hourMinute, span } from '@/words';
import { sketch } from '../Shared/sketch';
import { deliver } from './delivery';
import { stayOnline } from './online';
import { stepsToAllow } from './permission';
import { describe, fixOf, Locator, onceAllowed, type Position } from './position';
import { readable, type ReadableReceipt, type Receipt, type Today } from './receipt';
import { lateWords, pageArrivedAt, ServerClock, wallMs, wallText } from './serverClock';
import { type Kind, Outbox, uuid } from './tap';

type Page = { now: string; user_id: number; work_start: string; today: Today | null; before: [number, number][]; last_id: number };
type Heard = Pick<AttendanceEvent['data'], 'type' | 'status' | 'timestamp'>;
type Phase = 'idle' | 'locating' | 'sending' | 'waiting';

component('clock', () => {
  const page = pageData<Page>();
  const clock = new ServerClock(page.now, pageArrivedAt());
  const outbox = new Outbox(page.user_id, safeStorage());
  const tabs = new BroadcastChannel(`absensi.${page.user_id}`);
  let locator: Locator;

  return {
    now: page.now,
    today: page.today,
    position: { is: 'searching' } as Position,
    phase: 'idle' as Phase,
    offline: false,
    problem: '',
    receipt: null as ReadableReceipt | null,
    steps: stepsToAllow(navigator.userAgent),
    connected: navigator.onLine,
    showsMap: false,

    init() {
      this.tick();
      locator = new Locator((position) => this.located(position));
      if (this.kind) locator.start();
      void onceAllowed(() => { if (this.kind) locator.start(); });
      document.addEventListener('visibilitychange', () => this.seen());
      window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
      for (const change of ['online', 'offline']) window.addEventListener(change, () => { this.connected = navigator.onLine; });
      if (outbox.read()) void this.deliver();
      void stayOnline(page.last_id, ({ data }) => this.heard(data, 'perangkat'));
      tabs.onmessage = ({ data }) => this.heard(data as Heard, 'tab');
    },

    get kind(): Kind | null { return !this.today?.jam_masuk ? 'masuk' : !this.today.jam_pulang ? 'pulang' : null; },
    get time() { return hourMinute(this.now); },
    get second() { return this.now.slice(17, 19); },
    get tickEnd() { return Number(this.second) * 5 + 3; },
    get isNew() { return this.kind === 'masuk'; },
    get isDone() { return this.kind === null; },
    get isLate() { return !this.isNew && this.today?.status === 'Terlambat'; },
    get isOnTime() { return !this.isNew && !this.isLate; },
    get state() {
      if (!this.today?.jam_masuk) return 'Belum absen';
      return this.today.jam_pulang ? `Selesai ${hourMinute(this.today.jam_pulang)}` : `Sudah masuk ${hourMinute(this.today.jam_masuk)}`;
    },
    get detail() {
      const limit = page.work_start.slice(0, 5);
      if (!this.today?.jam_masuk)
        return this.now.slice(11, 19) > `${limit}:00` ? `Batas masuk ${hourMinute(`${this.now.slice(0, 11)}${limit}`)} sudah lewat` : `Batas masuk hari ini ${limit.replace(':', '.')}`;
      if (this.today.jam_pulang) return `Masuk ${hourMinute(this.today.jam_masuk)}, bekerja ${span(this.today.duration_minutes)}`;
      return lateWords(this.today.jam_masuk, page.work_start);
    },
    get todayIn() { return hourMinute(this.today?.jam_masuk ?? null); },
    get todayHeight() { return this.isNew ? 0 : Math.min(48, Math.max(6, Math.round((48 * (this.today?.duration_minutes ?? this.worked)) / 600))); },
    get proof() { return `/riwayat/${this.today?.id ?? ''}`; },
    get worked() { return Math.max(0, Math.floor((wallMs(this.now) - wallMs(this.today?.jam_masuk ?? this.now)) / 60_000)); },
    get isWorking() { return this.kind === 'pulang'; },
    get workedFor() { return span(this.worked); },

    get busy() { return this.phase !== 'idle'; },
    get showsIn() { return !this.busy && this.isNew; },
    get showsOut() { return !this.busy && this.isWorking; },
    get label() {
      return { idle: this.isWorking ? 'Absen Pulang' : 'Absen Masuk', locating: 'Menunggu lokasi…', sending: 'Mengirim…', waiting: this.offline ? 'Menunggu sambungan…' : 'Mengirim ulang…' }[this.phase];
    },
    get place() { return describe(this.position); },
    get placeClass() { return { idle: 'text-muted', good: 'text-good', late: 'text-late', bad: 'font-medium text-bad' }[this.place.tone]; },
    get offersMap() { return 'fix' in this.position && !this.isWaiting; },
    get map() { return 'fix' in this.position && this.showsMap ? { ...sketch([this.position.fix], page.before), place: coordinates(this.position.fix.latitude, this.position.fix.longitude) } : null; },
    get mapWord() { return this.showsMap ? 'Sembunyikan' : 'Lihat posisi'; },
    get isCutOff() { return !this.connected && !this.busy; },
    get searching() { return this.position.is === 'searching' || this.position.is === 'slow'; },
    get denied() { return this.position.is === 'denied'; },
    get canRetryPlace() { return this.denied || this.position.is === 'unavailable'; },
    get blocked() { return this.canRetryPlace || this.position.is === 'insecure'; },
    get isSending() { return this.phase === 'sending' || this.phase === 'waiting'; },
    get isWaiting() { return this.phase === 'waiting'; },
    get waitingWords() {
      return this.offline
        ? 'Belum terkirim. Tersimpan di ponsel ini dan dikirim begitu tersambung; jamnya dicatat server saat tiba.'
        : 'Server belum menjawab. Absen Anda tersimpan di ponsel ini dan dikirim ulang sendiri.';
    },

    tick() {
      this.now = wallText(clock.now());
      if (this.now.slice(0, 10) !== page.now.slice(0, 10) && !this.busy && !this.receipt) location.reload();
      setTimeout(() => this.tick(), 1000 - (clock.now() % 1000) + 5);
    },

    seen() {
      if (document.hidden) return locator.stop();
      if (clock.lost() && !this.busy && !this.receipt) return location.reload();
      if (this.kind) locator.start();
    },

    locate() { locator.start(); },
    toggleMap() { this.showsMap = !this.showsMap; },

    located(position: Position) {
      this.position = position;
      if (this.phase !== 'locating') return;
      if (fixOf(position, Date.now())) this.press();
      else if (!this.searching) this.phase = 'idle';
    },

    press() {
      if (!this.kind || this.isSending) return;
      this.problem = '';
      if (outbox.read()) return void this.deliver();
      const fix = fixOf(this.position, Date.now());
      if (!fix) {
        this.phase = 'locating';
        if (!this.searching) locator.start();
        return;
      }
      const { latitude, longitude, accuracy } = fix;
      outbox.put({ key: uuid(), kind: this.kind, pressedAt: wallText(clock.now()), latitude, longitude, accuracy });
      void this.deliver();
    },

    async deliver() {
      const end = await deliver(outbox, () => this.now.slice(0, 10), {
        sending: () => { this.phase = 'sending'; },
        waiting: (offline) => { this.phase = 'waiting'; this.offline = offline; },
      });
      this.phase = 'idle';
      if (end.is === 'done') this.receive(end.receipt);
      if (end.is === 'changed') reloadSaying(end.message);
      if (end.is === 'login') toLogin();
      if (end.is === 'failed') this.problem = end.message;
    },

    receive(receipt: Receipt) {
      tabs.postMessage({ type: receipt.type, status: receipt.status, timestamp: receipt.timestamp } satisfies Heard);
      this.receipt = readable(receipt, page.before);
      this.today = receipt;
      if (!this.kind) locator.stop();
      void this.$nextTick(() => (this.$refs.receipt as HTMLDialogElement).showModal());
    },

    /** Something of this person's is in the log; what is sent from here is told by its own answer. */
    heard(data: Heard, where: 'perangkat' | 'tab') {
      const known = data.type === 'in' ? this.today?.jam_masuk : this.today?.jam_pulang;
      if (known || this.isSending || data.status === 'Alpha') return;
      reloadSaying(`Absen ${data.type === 'in' ? 'masuk' : 'pulang'} Anda pukul ${hourMinute(data.timestamp)} tercatat dari ${where} lain.`);
    },

    closeReceipt() { (this.$refs.receipt as HTMLDialogElement).close(); },
    receiptClosed() {
      this.receipt = null;
      // After the day's last tap the button that had the focus is gone.
      if (!this.kind) document.getElementById('isi')!.focus();
    },
  };
});

function safeStorage(): Storage | null {
  try { return window.localStorage; } catch { return null; }
}
