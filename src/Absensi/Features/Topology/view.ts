/** What one process did for an event, in microseconds by the database's clock. */
export type Hop = { id: number; received: number | null; committed: number | null; read: number | null; rung: boolean | null };

export type Report = { at: number; clock_error: number; database_took: number; redis: boolean | null; requests: number; hops: Hop[] };

export type Member = {
  node_id: string;
  name: string;
  role: 'node' | 'realtime';
  seen_ago: number;
  online: boolean;
  last_event_id: number;
  queue: number;
  report: Report | null;
};

export type View = {
  received: number | null;
  now: number | null;
  clock_error: number | null;
  by: string;
  head: number;
  database: string;
  uses_redis: boolean;
  has_realtime: boolean;
  members: Member[];
  /** The processes that may be killed and revived before an audience; null where there is no stage. */
  stage: Actor[] | null;
};

export type Actor = { name: string; state: 'running' | 'starting' | 'killed' | 'frozen'; returns_in: number | null };

export type Act = 'kill' | 'freeze' | 'revive';

/** Seconds for which an actor stays away. */
const interval = 20;

/** A process that has not beaten for so many seconds (it does every second) is in trouble before it counts as gone. */
const silentAfter = 3;

export type Health = 'up' | 'silent' | 'down' | 'off' | 'unknown';

export const healthOf = (member: Member): Health => !member.online ? 'down' : member.seen_ago >= silentAfter ? 'silent' : 'up';

/** Requests a second from what a process counted, over the last ten seconds. */
export class Rates {
  private readonly told = new Map<string, { at: number; requests: number }[]>();

  heard(members: Member[]): void {
    for (const { node_id, report } of members) {
      if (!report) continue;
      const before = this.told.get(node_id) ?? [];
      // Counting from nothing again: it has been started anew.
      const same = report.requests < (before.at(-1)?.requests ?? 0) ? [] : before;
      if (same.at(-1)?.at !== report.at) this.told.set(node_id, [...same.filter(({ at }) => at > report.at - 10_000_000), { at: report.at, requests: report.requests }]);
    }
  }

  of(nodeId: string): number {
    const told = this.told.get(nodeId) ?? [];
    const [first, last] = [told[0], told.at(-1)];
    return first && last && last.at > first.at ? ((last.requests - first.requests) * 1_000_000) / (last.at - first.at) : 0;
  }
}

/** The headline: the one thing to know, and what it means. */
export function headline(view: View, away: Away): { tone: 'good' | 'late' | 'bad'; text: string } {
  const absent = (view.stage ?? []).filter(({ state }) => state === 'killed' || state === 'frozen').map(({ name }) => name);
  if (away === 'everything' && absent.includes('nginx')) return { tone: 'bad', text: 'Pintunya tertutup: tanpa nginx tidak ada permintaan yang masuk. Ponsel menyimpan ketukan dan kuncinya sampai pintu terbuka lagi.' };
  if (away === 'everything') return { tone: 'bad', text: 'Belum ada node yang menjawab halaman ini. Halaman mencoba lagi tiap detik.' };
  if (away === 'database') return { tone: 'bad', text: 'Database tidak menjawab. Ketukan ditolak dengan sopan (503) dan dikirim ulang oleh ponsel: tidak ada yang hilang, tidak ada yang dua kali.' };
  const isUp = (member: Member): boolean => healthOf(member) === 'up' && !absent.includes(member.name) && !absent.includes(member.node_id);
  const nodes = view.members.filter(({ role }) => role === 'node');
  const well = nodes.filter(isUp);
  const ill = nodes.filter((node) => !isUp(node));
  if (ill.length > 0) return { tone: 'bad', text: `${list(ill.map(({ name }) => name))} tidak berdetak. ${well.length} node lain melanjutkan; setiap absen yang sudah dijawab tetap tersimpan.` };
  const realtime = view.members.filter(({ role }) => role === 'realtime');
  if (view.has_realtime && !realtime.some(isUp)) return { tone: 'bad', text: 'Server siaran tidak berdetak. Absen tetap tersimpan; layar bertanya sendiri tiap 5 detik.' };
  if (redisOf(view) === 'down' || absent.includes('redis')) return { tone: 'late', text: 'Redis tidak terhubung. Pewaktu menggantikan bel: kabar sedikit lebih lambat, tidak ada yang hilang.' };
  return { tone: 'good', text: `Semua hidup. ${nodes.length} node melayani, catatan terakhir nomor ${view.head.toLocaleString('id-ID')}.` };
}

/** The stage after an act that was answered: known from that moment on, whether or not anybody can be asked about it. */
export function acted(stage: Actor[] | null, target: string, action: Act, since: number): Actor[] | null {
  return stage && stage.map((actor) => {
    if (actor.name === target && action !== 'revive') return { name: target, state: action === 'kill' ? 'killed' : 'frozen', returns_in: interval };
    return { ...actor, returns_in: actor.returns_in && actor.returns_in - since };
  });
}

/** What does not answer at all, as far as this page can tell. */
export type Away = 'nothing' | 'database' | 'everything';

export function redisOf(view: View): Health {
  if (!view.uses_redis) return 'off';
  const told = view.members.filter((member) => healthOf(member) === 'up' && member.report).map((member) => member.report?.redis);
  return told.length === 0 ? 'unknown' : told.every(Boolean) ? 'up' : told.some(Boolean) ? 'silent' : 'down';
}

const list = (names: string[]): string => names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} dan ${names.at(-1)}`;
