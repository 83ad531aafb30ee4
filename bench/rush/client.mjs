// HTTP/1.1 over raw sockets, one request at a time on a connection, bytes made ahead: the driver shares the machine with what it
// measures, so it looks at no more of an answer than its status, its node and where it ends.
import { connect } from 'node:net';

export function request({ method = 'GET', path, headers = {}, body }) {
  const payload = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const head = { Host: 'absensi.test', ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }), ...headers };
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${payload}`);
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

export class Connection {
  #port; #socket; #done; #parts = []; #size = 0;

  constructor(port) { this.#port = port; }

  open() {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
      socket.once('error', reject);
      socket.on('data', (bytes) => this.#take(bytes));
      socket.once('connect', () => {
        socket.off('error', reject).on('error', () => {}).on('close', () => {
          this.#socket = undefined;
          this.#end({ status: 0 });
        });
        this.#socket = socket;
        resolve(this);
      });
    });
  }

  /// Calls back with { status (0: the connection was lost), head, body }; head and body are made only when they are asked for.
  send(bytes, done) {
    this.#done = done;
    if (this.#socket) this.#socket.write(bytes);
    else this.open().then(() => this.#socket.write(bytes), () => this.#end({ status: 0 }));
  }

  ask(parts) { return new Promise((resolve) => this.send(request(parts), resolve)); }

  close() { this.#done = undefined; this.#socket?.destroy(); }

  #end(answer) {
    const done = this.#done;
    this.#done = undefined;
    this.#parts = [];
    this.#size = 0;
    done?.(answer);
  }

  #take(bytes) {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    const all = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts);
    const end = all.indexOf(headEnd);
    if (end < 0) return;
    const head = all.latin1Slice(0, end + 2);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    const whole = length ? all.length >= end + 4 + +length[1] : all.subarray(-7).equals(lastChunk) || all.subarray(end + 4).equals(lastChunk.subarray(2));
    if (!whole) return;
    const status = +head.slice(9, 12);
    if (/\r\nconnection: *close/i.test(head)) this.#socket?.destroy();
    this.#end({ status, head, get body() { return all.subarray(end + 4); } });
  }
}

export const openAll = (port, count) => Promise.all(Array.from({ length: count }, () => new Connection(port).open()));

/// Keeps cookies the way a browser does.
export class Browser {
  cookies = new Map();
  constructor(connection) { this.connection = connection; }

  async ask(parts) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.connection.ask({ ...parts, headers: { ...(cookie ? { Cookie: cookie } : {}), ...parts.headers } });
    for (const [, name, value] of (answer.head ?? '').matchAll(/\r\nset-cookie: *([^=]+)=([^;\r]*)/gi)) this.cookies.set(name, value);
    return answer;
  }

  /// What every later request of this person carries.
  get headers() {
    return { Accept: 'application/json', Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'X-XSRF-TOKEN': decodeURIComponent(this.cookies.get('XSRF-TOKEN') ?? '') };
  }
}
