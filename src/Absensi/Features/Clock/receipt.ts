import type { Status } from '@/live/events';
import { coordinates, hourMinuteSecond, mapUrl, span } from '@/words';
import { sketch } from '../Shared/sketch';
import { lateWords } from './serverClock';

export type Today = { id: number; jam_masuk: string; jam_pulang: string | null; status: Status; duration_minutes: number | null };

export type Receipt = Today & {
  receipt: string;
  type: 'in' | 'out';
  timestamp: string;
  latitude: number;
  longitude: number;
  accuracy: number;
  node_id: string;
  work_start: string | null;
};

export type ReadableReceipt = ReturnType<typeof readable>;

/** @param before where the same person was on other days. */
export function readable(receipt: Receipt, before: [number, number][] = []) {
  const isOut = receipt.type === 'out';
  return {
    code: receipt.receipt,
    title: isOut ? 'Absen pulang tercatat' : 'Absen masuk tercatat',
    time: hourMinuteSecond(receipt.timestamp),
    remark: isOut ? `Bekerja ${span(receipt.duration_minutes)}` : lateWords(receipt.jam_masuk, receipt.work_start ?? ''),
    isLate: !isOut && receipt.status === 'Terlambat',
    place: coordinates(receipt.latitude, receipt.longitude),
    map: sketch([receipt], before),
    mapUrl: mapUrl(receipt.latitude, receipt.longitude),
    node: receipt.node_id,
  };
}
