/** How to allow the position again, in at most three steps, for the browser that this user agent names. */
export function stepsToAllow(userAgent: string): string[] {
  const android = /Android/.test(userAgent);
  if (/iPhone|iPad/.test(userAgent)) return [
    'Buka Pengaturan › Privasi & Keamanan › Layanan Lokasi.',
    'Pilih peramban Anda, lalu pilih “Saat Digunakan”.',
    'Kembali ke sini dan tekan Coba lagi.',
  ];
  if (/SamsungBrowser/.test(userAgent)) return [
    'Ketuk ikon gembok di bilah alamat, lalu Izin.',
    'Ubah Lokasi menjadi Izinkan.',
    'Kembali ke sini dan tekan Coba lagi.',
  ];
  if (/Firefox/.test(userAgent)) return [
    android ? 'Ketuk ikon gembok di bilah alamat.' : 'Klik ikon izin di sebelah kiri alamat.',
    'Hapus tanda blokir pada Lokasi.',
    'Tekan Coba lagi, lalu pilih Izinkan.',
  ];
  if (android) return [
    'Ketuk ikon di sebelah kiri alamat situs, lalu Izin.',
    'Nyalakan Lokasi.',
    'Kembali ke sini dan tekan Coba lagi.',
  ];
  if (/Safari/.test(userAgent) && !/Chrome|Chromium|Edg/.test(userAgent)) return [
    'Buka menu Safari › Pengaturan untuk Situs Web Ini.',
    'Ubah Lokasi menjadi Izinkan.',
    'Muat ulang halaman ini.',
  ];
  return [
    'Klik ikon di sebelah kiri alamat situs.',
    'Nyalakan Lokasi.',
    'Kembali ke sini dan tekan Coba lagi.',
  ];
}
