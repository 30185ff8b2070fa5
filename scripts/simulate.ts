/**
 * Customers through the real doors: live chat over its socket, the generic webhook by signed posts. Prints its seed.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { io, type Socket } from 'socket.io-client';

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '20' }, rate: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '1' }, channel: { type: 'string', default: 'both' },
    seed: { type: 'string' }, url: { type: 'string' },
    account: { type: 'string', default: 'demo' },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run simulate -- --customers 20 --rate 2 --minutes 1 \
[--channel live-chat|generic|both] [--seed N] [--url URL]
  --rate     messages a second over all customers
  --account  key of the generic account; its signing secret comes from GENERIC_SECRET
Talks to the server that runs on DATA_DIR (or .data), loopback only.`;

/** A small seeded generator (mulberry32): the same seed gives the same customers and words. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OPENINGS = ['Halo, saya mau tanya', 'Selamat pagi, mohon info', 'Permisi, saya ada keluhan',
  'Assalamualaikum, ingin bertanya'];
const TOPICS = ['angsuran bulan ini', 'jam buka outlet terdekat', 'cara perpanjang gadai',
  'pembayaran yang terpotong dua kali', 'syarat tabungan emas'];
const NAMES = ['Bagas Uji', 'Citra Contoh', 'Dimas Simulasi', 'Eka Percobaan', 'Farah Latihan'];

interface Customer {
  say(text: string): Promise<'accepted' | 'refused'>;
  close(): void;
}

interface Tally { sent: number; accepted: number; refused: number; failed: number; received: number }

function genericCustomer(url: string, secret: string, number: number, name: string): Customer {
  return {
    async say(text) {
      const event = { type: 'message', id: randomUUID(), from: { id: `sim-${number}`, name }, text };
      const body = JSON.stringify({ events: [event] });
      const time = Math.floor(Date.now() / 1000);
      const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
      const answer = await fetch(`${url}/hooks/generic/${values.account}`, { method: 'POST', body,
        headers: { 'content-type': 'application/json', 'sambung-signature': `t=${time},v1=${signature}` } });
      if (answer.status === 429 || answer.status === 503) return 'refused';
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return 'accepted';
    },
    close: () => undefined,
  };
}

async function chatCustomer(url: string, name: string, tally: Tally): Promise<Customer> {
  const socket: Socket = io(`${url}/chat`, { transports: ['websocket'], auth: { account: 'web' } });
  await new Promise<void>((resolve, reject) => {
    socket.on('hello', () => resolve());
    socket.on('connect_error', reject);
    setTimeout(() => reject(new Error('the chat did not open in 15 s')), 15_000).unref();
  });
  socket.on('messages', (page: { messages: { from: string }[] }) => {
    tally.received += page.messages.filter((message) => message.from === 'agent').length;
  });
  let form: { name: string } | undefined = { name };
  return {
    async say(text) {
      const answer = await socket.timeout(10_000).emitWithAck('message:send',
        { clientId: randomUUID(), text, fileIds: [], ...(form === undefined ? {} : { form }) });
      form = undefined;
      return answer.ok === true ? 'accepted' : 'refused';
    },
    close: () => { socket.disconnect(); },
  };
}

async function serverUrl(): Promise<string> {
  if (values.url !== undefined) return values.url;
  const file = `${process.env['DATA_DIR'] ?? '.data'}/server.json`;
  const { url } = JSON.parse(await readFile(file, 'utf8').catch(() => {
    throw new Error(`no running server found (${file}); start it with npm start, or give --url`);
  })) as { url: string };
  return url;
}

async function openCustomers(url: string, count: number, random: () => number, tally: Tally): Promise<Customer[]> {
  const secret = process.env['GENERIC_SECRET'];
  const channel = secret === undefined && values.channel === 'both' ? 'live-chat' : values.channel;
  if (channel === 'generic' && secret === undefined) {
    throw new Error('set GENERIC_SECRET to the signing secret of the account');
  }
  const customers: Customer[] = [];
  for (let n = 0; n < count; n += 1) {
    const name = NAMES[Math.floor(random() * NAMES.length)] ?? 'Uji';
    const byHook = channel === 'generic' || (channel === 'both' && n % 2 === 1);
    customers.push(byHook ? genericCustomer(url, secret ?? '', n, name) : await chatCustomer(url, name, tally));
  }
  return customers;
}

async function run(): Promise<void> {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
  const random = generator(seed);
  const url = await serverUrl();
  if (!/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(url)) {
    throw new Error('only a server on loopback is simulated against');
  }
  const tally: Tally = { sent: 0, accepted: 0, refused: 0, failed: 0, received: 0 };
  const customers = await openCustomers(url, Math.min(2_000, Number(values.customers)), random, tally);
  process.stdout.write(`seed=${seed} url=${url} customers=${customers.length}\n`);
  const rate = Math.min(1_000, Number(values.rate));
  const total = Math.floor(rate * Math.min(120, Number(values.minutes)) * 60);
  const started = performance.now();
  const open = new Set<Promise<void>>();
  for (let n = 0; n < total; n += 1) {
    const dueMs = (n / rate) * 1000;
    const waitMs = dueMs - (performance.now() - started);
    if (waitMs > 0) await new Promise((resolve) => { setTimeout(resolve, waitMs); });
    const customer = customers[Math.floor(random() * customers.length)];
    if (customer === undefined) break;
    const opening = OPENINGS[Math.floor(random() * OPENINGS.length)];
    const topic = TOPICS[Math.floor(random() * TOPICS.length)];
    const text = `${opening} ${topic} #${seed}-${n}`;
    tally.sent += 1;
    const said = customer.say(text).then((outcome) => { tally[outcome] += 1; }, () => { tally.failed += 1; })
      .finally(() => { open.delete(said); });
    open.add(said);
  }
  await Promise.all(open);
  for (const customer of customers) customer.close();
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${JSON.stringify({ seed, seconds, ...tally })}\n`);
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else {
  await run().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
