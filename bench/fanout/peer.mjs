// node peer.mjs server PORT REDIS | node peer.mjs emit RATE COUNT REDIS: Socket.IO with its Redis adapter, as one would run it.
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const [role, ...words] = process.argv.slice(2);
const url = `redis://127.0.0.1:${words.at(-1)}`;
const [pub, sub] = await Promise.all([createClient({ url }).connect(), createClient({ url }).connect()]);
const options = { adapter: createAdapter(pub, sub), transports: ['websocket'], serveClient: false };

if (role === 'server') {
  const http = createServer();
  new Server(http, options).on('connection', (socket) => socket.join('admin'));
  http.listen(Number(words[0]), '127.0.0.1', () => console.log('ready'));
} else {
  const [rate, count] = words.map(Number);
  const io = new Server(options);
  const started = performance.now();
  for (let id = 1; id <= count; id++) {
    const due = started + (id * 1000) / rate - performance.now();
    if (due > 1) await new Promise((resolve) => setTimeout(resolve, due));
    console.log(`${id} ${performance.timeOrigin + performance.now()}`);
    io.to('admin').emit('AbsensiCreated', {
      event_id: id, event: 'AbsensiCreated',
      data: {
        id, user_id: id, user_name: `Karyawan ${id} Nusantara`, type: 'in', timestamp: '2025-11-14 08:15:00',
        latitude: -6.2088, longitude: 106.8456, node_id: 'bench-writer', status: 'Terlambat',
      },
    });
  }
  setTimeout(() => process.exit(0), 1000);
}
