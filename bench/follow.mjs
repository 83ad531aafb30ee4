// node bench/follow.mjs URL [AFTER]: follows the feed from a shell; every event is a line of JSON on stdout.
// Logs in with ABSENSI_EMAIL and ABSENSI_PASSWORD; without the latter the password is the first line of standard input.
import { createInterface } from 'node:readline/promises';
import { createRequire } from 'node:module';

const { HttpTransportType, HubConnectionBuilder, LogLevel } = createRequire(new URL('./fanout/package.json', import.meta.url))('@microsoft/signalr');

const [address, after] = process.argv.slice(2);
const email = process.env.ABSENSI_EMAIL;
if (!address || !email) {
  console.error('follow: type ABSENSI_EMAIL=you@example.id node bench/follow.mjs http://127.0.0.1:8080 [AFTER]; once: npm ci in bench/fanout');
  process.exit(2);
}
const password = process.env.ABSENSI_PASSWORD ?? (await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value;

const cookies = new Map();
const keep = (answer) => answer.headers.getSetCookie().forEach((cookie) => {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
  cookies.set(name, value);
});
const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

keep(await fetch(new URL('/login', address)));
const login = await fetch(new URL('/login', address), {
  method: 'POST',
  redirect: 'manual',
  headers: { cookie: cookie(), 'x-xsrf-token': decodeURIComponent(cookies.get('XSRF-TOKEN') ?? ''), accept: 'application/json' },
  body: new URLSearchParams({ email, password: password ?? '' }),
});
keep(login);
if (!login.ok) {
  console.error(`follow: ${login.status} ${(await login.json().catch(() => ({}))).message ?? ''}`);
  process.exit(1);
}

let last = after === undefined ? null : Number(after);
for (;;) {
  const connection = new HubConnectionBuilder()
    .withUrl(new URL('/ws', address).href, { transport: HttpTransportType.WebSockets, skipNegotiation: true, headers: { cookie: cookie() } })
    .configureLogging(LogLevel.None)
    .build();
  const closed = new Promise((resolve) => connection.onclose(resolve));
  for (const name of ['AbsensiCreated', 'AbsensiUpdated']) {
    connection.on(name, (event) => {
      last = event.event_id;
      console.log(JSON.stringify(event));
    });
  }
  for (const name of ['Presence', 'ServerStatus']) connection.on(name, (news) => console.error(name, JSON.stringify(news)));
  try {
    await connection.start();
    await connection.invoke('Subscribe', last);
    console.error(`following ${address} after ${last ?? 'now'}`);
    await closed;
  } catch (fault) {
    console.error(`follow: ${fault.message}`);
    await connection.stop();
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
