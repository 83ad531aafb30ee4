import axios, { isAxiosError } from 'axios';

// XSRF-TOKEN and X-XSRF-TOKEN are what axios reads and sends by itself on its own origin.
export const http = axios.create({ timeout: 15_000, headers: { Accept: 'application/json' } });

export type Problem = {
  /** Null when no answer came at all. */
  status: number | null;
  message: string;
  fields: Record<string, string[]>;
  retryAfterMs: number | null;
};

type ErrorBody = { message?: string; errors?: Record<string, string[]> };

export function problemOf(error: unknown): Problem {
  if (!isAxiosError(error) || !error.response)
    return { status: null, message: wordsFor(null), fields: {}, retryAfterMs: null };
  const { status, data, headers } = error.response;
  const body = (typeof data === 'object' && data !== null ? data : {}) as ErrorBody;
  return {
    status,
    message: status === 400 || !body.message ? wordsFor(status) : body.message,
    fields: body.errors ?? {},
    retryAfterMs: retryAfter(String(headers['retry-after'] ?? '')),
  };
}

export function wordsFor(status: number | null): string {
  switch (status) {
    case null: return 'Tidak ada jaringan. Periksa sambungan internet Anda.';
    case 400: return 'Ada isian yang belum benar. Periksa lalu kirim lagi.';
    case 401: return 'Sesi Anda sudah berakhir. Silakan masuk lagi.';
    case 403: return 'Anda tidak memiliki akses ke data ini.';
    case 419: return 'Sesi formulir kedaluwarsa. Muat ulang halaman.';
    case 429: return 'Terlalu banyak permintaan. Coba lagi sebentar.';
    case 502: case 503: case 504: return 'Server sedang tidak dapat dihubungi. Coba lagi sebentar.';
    default: return 'Terjadi kesalahan sistem. Silakan coba lagi.';
  }
}

/** Milliseconds from a `Retry-After` in whole seconds; null for anything else. */
export function retryAfter(header: string): number | null {
  return /^\d{1,4}$/.test(header) ? Number(header) * 1000 : null;
}

export function toLogin(): void {
  location.assign('/login');
}
