/**
 * A process with a WhatsApp server of our own and all phones of its customers, so that what they cost is not the
 * product's. Told over IPC what to do, one order at a time; keeps a ledger of what was written and what was read.
 */
import { fakeWhatsApp, type FakeAccount, type FakePhone } from '#test/fakes/whatsapp/server.ts';
import { newMessageId } from '#test/fakes/whatsapp/stanzas.ts';

export type WhatsAppOrder =
  | { op: 'people'; accounts: number; customersPerAccount: number }
  | { op: 'scan'; account: number; qr: string }
  /** Customers write in turn, `perSecond` of them all together; answers when the last has written. */
  | { op: 'write'; mark: string; perSecond: number; count: number }
  | { op: 'report' };

export interface People {
  url: string;
  /** Digits of the customers' numbers; the n-th writes to account n % accounts. */
  numbers: string[];
}

/** Times are ms since 1970. */
export interface WhatsAppReport {
  /** What customers wrote since the last report: when it was due, and when the product confirmed that it has it. */
  written: { text: string; at: number; confirmedAt: number | null }[];
  /** What customers' phones have decrypted since: when first, and how often. */
  read: { text: string; at: number; times: number }[];
  /** Messages that the product asked for again. */
  repetitions: number;
  errors: string[];
}

/** How often phones are looked at for what came: the grain of `confirmedAt`. */
const LOOK_MS = 10;
const RETRY = 'retry';

const fake = await fakeWhatsApp({ mediaCa: false });
const accounts: FakeAccount[] = [];
const customers: FakePhone[] = [];
let written = new Map<string, WhatsAppReport['written'][number]>();
let read = new Map<string, WhatsAppReport['read'][number]>();
let repetitions = 0;
let errorsTold = 0;

const now = (): number => performance.timeOrigin + performance.now();

/** Takes what came to the phones out of them, so that a long run does not fill this process. */
function look(): void {
  for (const phone of customers) {
    for (const { text, at } of phone.inbox.splice(0)) {
      const known = read.get(text ?? '') ?? { text: text ?? '', at, times: 0 };
      known.times += 1;
      read.set(known.text, known);
    }
    for (const { id, type } of phone.receipts.splice(0)) {
      const message = written.get(id);
      if (type === RETRY) repetitions += 1;
      else if (message !== undefined) message.confirmedAt ??= now();
    }
  }
  for (const { handset } of accounts) handset.inbox.length = 0;
}

function people(order: Extract<WhatsAppOrder, { op: 'people' }>): People {
  const digits = (n: number): string => String(n + 1).padStart(7, '0');
  for (let n = 0; n < order.accounts; n += 1) accounts.push(fake.account(`62815${digits(n)}`));
  for (let n = 0; n < order.accounts * order.customersPerAccount; n += 1) {
    customers.push(fake.phone(`62813${digits(n)}`));
  }
  setInterval(look, LOOK_MS);
  return { url: fake.url, numbers: customers.map(({ pn }) => pn) };
}

/** Writes at an even pace; measured from when a message was due, for what this process is late with. */
async function write({ mark, perSecond, count }: Extract<WhatsAppOrder, { op: 'write' }>): Promise<void> {
  const from = now();
  const writing: Promise<string>[] = [];
  while (writing.length < count) {
    const due = Math.min(count, Math.floor(((now() - from) / 1_000) * perSecond) + 1);
    for (let n = writing.length; n < due; n += 1) {
      const [phone, account] = [customers[n % customers.length], accounts[n % accounts.length]];
      if (phone === undefined || account === undefined) throw new Error('nobody to write');
      const [id, text] = [newMessageId(), `${mark}-${n}`];
      written.set(id, { text, at: from + (n / perSecond) * 1_000, confirmedAt: null });
      writing.push(phone.says(account, text, { id }));
    }
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  await Promise.all(writing);
}

function report(): WhatsAppReport {
  look();
  const told: WhatsAppReport = { written: [...written.values()], read: [...read.values()], repetitions,
    errors: fake.errors.slice(errorsTold, errorsTold + 10).map(({ message }) => message) };
  written = new Map();
  read = new Map();
  repetitions = 0;
  errorsTold = fake.errors.length;
  return told;
}

async function obey(order: WhatsAppOrder): Promise<object> {
  switch (order.op) {
    case 'people': return people(order);
    case 'scan': await accounts[order.account]?.scan(order.qr); return {};
    case 'write': await write(order); return {};
    case 'report': return report();
  }
}

process.on('message', (order: WhatsAppOrder) => {
  obey(order).then((answer) => process.send?.(answer), (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
