import type { Connection } from '@/live/events';
import { oneDecimal, thousands } from '@/words';
import { milliseconds } from './journey';
import { type Actor, type Away, type Health, healthOf, type Member, type Rates, redisOf, type View } from './view';

/** A box of the diagram, ready to be shown. */
export type Box = {
  key: string;
  title: string;
  id: string;
  health: Health;
  state: string;
  meaning: string;
  facts: { name: string; value: string }[];
  /** Requests a second, of a node that serves; and its part of all of them in percent. */
  rate: number | null;
  share: number | null;
  /** What the stage may do with it; null where there is none. */
  cast: Cast | null;
};

/** Not ready for an act: it is just starting, or nobody could be asked for it. */
type Cast = { name: string; isAbsent: boolean; isUnready: boolean; mayRevive: boolean };

type Words = { state: string; meaning: string };

export const nodeKey = (nodeId: string): string => `node:${nodeId}`;
export const fanOutKey = (nodeId: string): string => `siaran:${nodeId}`;

export function nodeBoxes(view: View, away: Away, rates: Rates): Box[] {
  return view.members.filter(({ role }) => role === 'node').map((node) => {
    const health = told(node, view, away);
    const rate = health === 'up' ? rates.of(node.node_id) : null;
    return {
      key: nodeKey(node.node_id), title: node.name, id: node.node_id, health,
      ...words(health, away, node, { state: 'Melayani', meaning: '' }, 'Permintaan pindah ke node lain; yang sudah dijawab tetap tersimpan.'),
      facts: rate !== null ? [
        { name: 'permintaan/detik', value: oneDecimal(rate) },
        { name: 'antrean', value: thousands(node.queue) },
        ...position(node, view),
      ] : [],
      rate, share: null, cast: null,
    };
  });
}

/** The boxes with each one's part of all that they serve together. */
export function shared(boxes: Box[]): Box[] {
  const all = boxes.reduce((sum, { rate }) => sum + (rate ?? 0), 0);
  return boxes.map((box) => ({ ...box, share: box.rate !== null && all > 0 ? Math.round((100 * box.rate) / all) : null }));
}

/** Who brings events to screens: the realtime servers, or the nodes themselves. */
export function fanOutBoxes(view: View, away: Away, servedBy: string | null): Box[] {
  if (!view.has_realtime) {
    const serving = view.members.find(({ node_id }) => node_id === servedBy);
    return [{
      key: 'siaran', title: 'Siaran', id: 'di dalam tiap node', health: serving ? told(serving, view, away) : 'unknown', rate: null, share: null, cast: null,
      state: serving ? `Layar ini dilayani ${serving.name}` : 'Layar ini sedang mencari node',
      meaning: 'Membaca catatan baru dari database dan mengirimnya ke layar.', facts: serving ? position(serving, view) : [],
    }];
  }
  return view.members.filter(({ role }) => role === 'realtime').map((server) => {
    const health = told(server, view, away);
    return {
      key: fanOutKey(server.node_id), title: 'Siaran', id: server.node_id, health, rate: null, share: null, cast: null,
      ...words(health, away, server, { state: server.node_id === servedBy ? 'Melayani layar ini' : 'Siap', meaning: 'Membaca catatan baru dari database dan mengirimnya ke layar.' }, 'Layar bertanya sendiri tiap 5 detik sampai ada yang hidup lagi.'),
      facts: health === 'up' ? position(server, view) : [],
    };
  });
}

export function entranceBox(view: View, away: Away): Box {
  const gone = away === 'everything';
  return {
    key: 'pintu', title: view.has_realtime ? 'nginx' : 'Pintu masuk', id: '', health: gone ? 'down' : 'up', rate: null, share: null, cast: null, facts: [],
    state: gone ? 'Tidak menjawab' : 'Membagi permintaan',
    meaning: view.has_realtime ? 'Meneruskan tiap permintaan ke node yang hidup.' : 'Satu port untuk semua node; sistem operasi membagi sambungan.',
  };
}

export function databaseBox(view: View, away: Away): Box {
  const took = view.members.filter((member) => healthOf(member) === 'up' && member.report).map((member) => member.report!.database_took / 1000);
  const usual = took.length === 0 ? null : took.sort((a, b) => a - b)[Math.floor(took.length / 2)]!;
  const health: Health = away === 'database' ? 'down' : away === 'everything' ? 'unknown' : 'up';
  return {
    key: 'database', title: 'Database', id: view.database === 'Sqlite' ? 'SQLite' : 'MySQL, MariaDB', health, rate: null, share: null, cast: null,
    state: { up: 'Menyimpan', down: 'Tidak menjawab', unknown: 'Tidak diketahui' }[health],
    meaning: health === 'down' ? 'Node menjawab 503; ponsel mengirim ulang dengan kunci yang sama.' : 'Kebenaran ada di sini: tiap absen satu catatan, bernomor urut, berantai.',
    facts: health === 'up' ? [{ name: 'catatan terakhir', value: thousands(view.head) }, { name: 'menjawab dalam', value: `${milliseconds(usual)} md` }] : [],
  };
}

export function redisBox(view: View, away: Away): Box {
  const health = away === 'nothing' ? redisOf(view) : view.uses_redis ? 'unknown' : 'off';
  const said: Record<Health, Words> = {
    up: { state: 'Membunyikan bel', meaning: 'Hanya bel: isinya tidak dipercaya, catatan selalu dibaca dari database.' },
    silent: { state: 'Sebagian terputus', meaning: 'Sebagian proses memakai pewaktu, tiap 50 milidetik.' },
    down: { state: 'Tidak terhubung', meaning: 'Pewaktu menggantikan bel, tiap 50 milidetik. Tidak ada yang hilang.' },
    off: { state: 'Tidak dipakai', meaning: 'Pewaktu menjadi bel: tiap pembaca melihat database tiap 50 milidetik.' },
    unknown: { state: 'Tidak diketahui', meaning: unheard(away) },
  };
  return { key: 'redis', title: health === 'off' ? 'Bel' : 'Redis', id: health === 'off' ? 'tanpa Redis' : 'bel', health, rate: null, share: null, cast: null, facts: [], ...said[health] };
}

export function screenBox(connection: Connection, by: string, shown: number): Box {
  const said: Record<Connection, Words & { health: Health }> = {
    connecting: { health: 'unknown', state: 'Menyambung…', meaning: '' },
    live: { health: 'up', state: 'Live', meaning: 'Menerima tiap catatan begitu dibaca.' },
    reconnecting: { health: 'silent', state: 'Menyambung kembali…', meaning: 'Yang terlewat diminta mulai dari nomor terakhir.' },
    polling: { health: 'silent', state: 'Bertanya sendiri', meaning: 'Tiap 5 detik, sampai siaran kembali.' },
  };
  return { key: 'layar', title: 'Layar ini', id: '', rate: null, share: null, cast: null, facts: [{ name: 'dijawab', value: by }, { name: 'kabar tiba', value: thousands(shown) }], ...said[connection] };
}

/** The box as the stage has it: what was done to a process is known at once, long before it is missed. */
export function staged(box: Box, stage: Actor[] | null, since: number, away: Away): Box {
  const actor = stage?.find(({ name }) => [box.title.toLowerCase(), box.id, box.key].includes(name.toLowerCase()));
  if (!actor) return box;
  const isAbsent = actor.state === 'killed' || actor.state === 'frozen';
  const left = Math.max(0, Math.ceil((actor.returns_in ?? 0) - since));
  // Without a database nobody is known, not even who presses the button.
  const cast = { name: actor.name, isAbsent, isUnready: actor.state === 'starting' || away !== 'nothing', mayRevive: isAbsent && away === 'nothing' };
  if (isAbsent) {
    return {
      ...box, cast, facts: [], rate: null, health: actor.state === 'killed' ? 'down' : 'silent',
      state: actor.state === 'killed' ? 'Dimatikan' : 'Dibekukan', meaning: left > 0 ? `Hidup lagi sendiri dalam ${left} detik.` : 'Sedang hidup lagi.',
    };
  }
  return actor.state === 'starting' ? { ...box, cast, facts: [], rate: null, health: 'silent', state: 'Sedang hidup lagi', meaning: 'Mulai dari awal: semua yang perlu diketahuinya ada di database.' } : { ...box, cast };
}

const unheard = (away: Away): string => away === 'everything' ? 'Halaman ini tidak bisa bertanya selama pintunya tidak menjawab.' : 'Kabarnya dibaca dari database, yang sedang tidak menjawab.';

function told(member: Member, view: View, away: Away): Health {
  // Heartbeats are rows: without the database only the one that has just answered is known to live.
  return away === 'nothing' ? healthOf(member) : member.node_id === view.by && away === 'database' ? 'up' : 'unknown';
}

function words(health: Health, away: Away, { seen_ago }: Member, well: Words, gone: string): Words {
  switch (health) {
    case 'up': return well;
    case 'silent': return { state: `Diam ${seen_ago} detik`, meaning: 'Tidak berdetak: mungkin mati, beku, atau terpisah dari database.' };
    case 'down': return { state: 'Mati', meaning: gone };
    default: return { state: 'Tidak diketahui', meaning: unheard(away) };
  }
}

const position = (member: Member, view: View): Box['facts'] => [
  { name: 'posisi', value: thousands(member.last_event_id) },
  { name: 'tertinggal', value: thousands(Math.max(0, view.head - member.last_event_id)) },
];
