/** The cheapest client of a Socket.io server: a websocket by hand, so that what is measured is the server. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

export interface RawClient {
  close(): void;
}

/** A masked text frame, as a client must send it. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length])
    : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

/** The length of the frame at the beginning of the bytes and of its head; undefined while it is not whole. */
function measure(bytes: Buffer): { head: number; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  if (short < 126) return bytes.length < 2 + short ? undefined : { head: 2, length: short };
  if (bytes.length < (short === 126 ? 4 : 10)) return undefined;
  const head = short === 126 ? 4 : 10;
  const length = short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return bytes.length < head + length ? undefined : { head, length };
}

/** Connects to a namespace; `onText` gets every packet of it as text. Resolves once the namespace is joined. */
export function rawClient(options: {
  port: number; namespace: string; auth: object; headers: Record<string, string>; onText(text: string): void;
}): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(options.port, '127.0.0.1');
    let bytes: Buffer = Buffer.alloc(0);
    let upgraded = false;
    const take = (text: string): void => {
      if (text.startsWith('0')) socket.write(frame(`40${options.namespace},${JSON.stringify(options.auth)}`));
      else if (text === '2') socket.write(frame('3'));
      else if (text.startsWith('40')) resolve({ close: () => socket.destroy() });
      else if (text.startsWith('44')) reject(new Error(text));
      else options.onText(text);
    };
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', () => {
      const lines = Object.entries({ host: `127.0.0.1:${options.port}`, connection: 'Upgrade', upgrade: 'websocket',
        'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64'), ...options.headers });
      const headers = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
      socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${headers}\r\n\r\n`);
    });
    socket.on('data', (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      if (!upgraded) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!bytes.subarray(0, 12).toString().endsWith('101')) { reject(new Error(bytes.subarray(0, 60).toString()));
          return; }
        upgraded = true;
        bytes = bytes.subarray(end + 4);
      }
      for (let found = measure(bytes); found !== undefined; found = measure(bytes)) {
        const text = bytes.subarray(found.head, found.head + found.length).toString();
        bytes = bytes.subarray(found.head + found.length);
        take(text);
      }
    });
  });
}
