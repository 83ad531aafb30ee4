export type AttendanceEvent = {
  event_id: number;
  event: 'AbsensiCreated' | 'AbsensiUpdated';
  data: {
    id: number;
    user_id: number;
    user_name: string;
    type: 'in' | 'out';
    timestamp: string;
    latitude: number | null;
    longitude: number | null;
    node_id: string;
    status: Status;
  };
};

export type Status = 'Hadir' | 'Terlambat' | 'Alpha';
export type Person = { id: number; name: string };
export type Presence = { online: number; users: Person[] };
export type Server = { name: string; status: 'online' | 'offline'; last_sync: string };
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'polling';

export const connectionWords: Record<Connection, string> = {
  connecting: 'Menyambung…',
  live: 'Live',
  reconnecting: 'Menyambung kembali…',
  polling: 'Mode polling',
};

/** Somebody came. The close of a day also creates rows, for those who did not. */
export const isArrival = ({ data }: AttendanceEvent): boolean => data.type === 'in' && data.status !== 'Alpha';

/** What of a batch has not been shown yet, in order; and how far we are then. */
export function unseen(last: number, batch: AttendanceEvent[]): { last: number; fresh: AttendanceEvent[] } {
  const fresh: AttendanceEvent[] = [];
  for (const event of [...batch].sort((a, b) => a.event_id - b.event_id)) {
    if (event.event_id <= last) continue;
    fresh.push(event);
    last = event.event_id;
  }
  return { last, fresh };
}

/** An admin receives every event, so a jump in the numbers is one that went missing on the way. */
export const leavesGap = (last: number, event: AttendanceEvent): boolean => event.event_id > last + 1;
