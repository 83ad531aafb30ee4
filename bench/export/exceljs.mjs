// The peer: the same columns, types and number of rows, streamed into the response by exceljs. It has no database to read.
import { createServer } from 'node:http';
import exceljs from 'exceljs';

const [port, defaultRows] = process.argv.slice(2).map(Number);
const headings = ['Tanggal', 'ID Karyawan', 'Nama', 'Jam Masuk', 'Jam Pulang', 'Status', 'Durasi (menit)', 'Node', 'Latitude Masuk', 'Longitude Masuk', 'Latitude Pulang', 'Longitude Pulang'];
const day = 86_400_000;
const first = Date.UTC(2020, 0, 6);

createServer(async (request, response) => {
  const rows = Number(new URL(request.url, 'http://localhost').searchParams.get('rows') ?? defaultRows);
  response.setHeader('Content-Type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream: response, useStyles: true, useSharedStrings: false, zip: { zlib: { level: 1 } } });
  const sheet = workbook.addWorksheet('Riwayat', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = headings.map((header, i) => ({ header, width: 14, style: i === 0 ? { numFmt: 'yyyy-mm-dd' } : i === 3 || i === 4 ? { numFmt: 'hh:mm:ss' } : {} }));
  for (let i = 0; i < rows; i++) {
    const arrival = (27000 + (i * 7919) % 4500) / 86_400;
    sheet.addRow([new Date(first + Math.floor(i / 1000) * day), (i % 1000) + 2, `Karyawan ${(i % 1000) + 1} Nusantara`, arrival, arrival + 0.375, 'Hadir', 540, 'app-node-1', -6.2088, 106.8456, -6.2089, 106.8457]).commit();
    // Its writer never waits by itself: without this the whole file gathers in memory.
    if (i % 1000 === 999) await (response.writableNeedDrain ? new Promise((go) => response.once('drain', go)) : new Promise(setImmediate));
  }
  sheet.commit();
  await workbook.commit();
}).listen(port, '127.0.0.1');
