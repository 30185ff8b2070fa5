/**
 * WhatsApp without a number: a server on this machine and a terminal in which a person plays the customers. The
 * company's number is linked like any other, with this server's address as its own WhatsApp server.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { proto } from '@whiskeysockets/baileys';
import { fileIn, textOf, type FileKind } from '#test/fakes/whatsapp/contents.ts';
import { fakeWhatsApp, type FakePhone } from '#test/fakes/whatsapp/server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8083' }, number: { type: 'string', default: '6281500000001' } },
});

const LOOK_MS = 200;
const FILE_BYTES_MAX = 16 * 1_048_576;

const say = (line: string): void => { process.stdout.write(`${line}\n`); };

const fake = await fakeWhatsApp({ port: Number(values.port) });
const number = fake.account(values.number);

/** Customers who can be played, by the digit that is typed. */
const customers = new Map<string, FakePhone>([['1', 'Rina Contoh'], ['2', 'Budi Percobaan'], ['3', 'Sari Uji']]
  .map(([key = '', name = '']) => [key, fake.phone(`628130000000${key}`, { name, hideNumber: key === '3' })]));
/** The last message that each wrote, and those of ours that each has not read. */
const lastOf = new Map<FakePhone, string>();
const unread = new Map<FakePhone, string[]>();

const HELP = `  pair CODE       link the number: the eight letters that the administration shows, or the text of its QR code
  1> halo         customer 1 writes (1 Rina, 2 Budi, 3 Sari, whose number stays hidden)
  read 1          customer 1 reads what was answered
  file 1 PATH     customer 1 sends a file            type 1        customer 1 is typing
  edit 1 TEXT     changes their last message         delete 1      takes it back
  phone 1 TEXT    the number's owner answers on the handset itself
  463             the next message is refused, as for strangers
  drop, mute, unmute, refuse, accept, logout         the connection ends, falls silent, is refused, is unlinked
  help            this list; Ctrl-C ends it, and what was said is forgotten`;

const KINDS: Readonly<Record<string, [FileKind, string]>> = { '.jpg': ['image', 'image/jpeg'],
  '.jpeg': ['image', 'image/jpeg'], '.png': ['image', 'image/png'], '.mp4': ['video', 'video/mp4'],
  '.ogg': ['audio', 'audio/ogg; codecs=opus'], '.webp': ['sticker', 'image/webp'],
  '.pdf': ['document', 'application/pdf'] };

async function sendFile(phone: FakePhone, path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > FILE_BYTES_MAX) throw new Error(`at most ${FILE_BYTES_MAX} bytes`);
  const [kind, mimetype] = KINDS[extname(path).toLowerCase()] ?? ['document', 'application/octet-stream'];
  return phone.sendsFile(number, { kind, bytes, mimetype, fileName: basename(path) });
}

/** What one customer does; undefined for a word that none of them knows. */
async function act(word: string, phone: FakePhone, rest: string): Promise<string | undefined> {
  const last = lastOf.get(phone) ?? '';
  switch (word) {
    case '>': lastOf.set(phone, await phone.says(number, rest)); return '';
    case 'file': lastOf.set(phone, await sendFile(phone, rest)); return '';
    case 'read': {
      const ids = unread.get(phone) ?? [];
      unread.set(phone, []);
      if (ids.length > 0) await phone.reads(number, ids);
      return `${ids.length} read`;
    }
    case 'type': phone.typing(number, true); return '';
    case 'edit': await phone.edits(number, last, rest); return '';
    case 'delete': await phone.deletes(number, last); return '';
    case 'phone': await number.handsetSends(phone, rest); return '';
    default: return undefined;
  }
}

/** What happens to the connection; undefined for a word that means nothing here. */
async function fault(word: string, rest: string): Promise<string | undefined> {
  switch (word) {
    case 'help': return HELP;
    case 'pair':
      if (rest.includes(',')) await number.scan(rest);
      else await number.typeCode(rest);
      return 'linked';
    case '463': number.nackNext(463); return 'the next message will be refused';
    case 'drop': number.drop(); return 'cut';
    case 'mute': number.mute(true); return 'silent';
    case 'unmute': number.mute(false); return 'speaks again';
    case 'refuse': number.refuseConnections(true); return 'nobody gets in';
    case 'accept': number.refuseConnections(false); return 'open again';
    case 'logout': number.logOutFromPhone(); return 'unlinked';
    default: return undefined;
  }
}

async function obey(line: string): Promise<string> {
  const [, digit, words] = /^(\d)\s*>\s*(.*)$/.exec(line) ?? [];
  const [word = '', second = '', ...more] = line.trim().split(/\s+/);
  if (word === '') return '';
  const phone = customers.get(digit ?? second);
  const done = phone === undefined ? undefined
    : await act(digit === undefined ? word : '>', phone, words ?? more.join(' '));
  return done ?? await fault(word, [second, ...more].join(' ')) ?? 'not understood; "help" lists what is';
}

function shown(message: proto.IMessage): string {
  const file = fileIn(message);
  const { protocolMessage: protocol, reactionMessage: reaction } = message;
  if (protocol?.editedMessage != null) return `(changed to) ${textOf(protocol.editedMessage) ?? ''}`;
  if (protocol != null) return '(took a message back)';
  if (reaction != null) return `(reacted) ${reaction.text ?? ''}`;
  return `${file === undefined ? '' : `(${file.kind} ${file.file.fileName ?? ''}) `}${textOf(message) ?? ''}`;
}

const TICKS: Readonly<Record<string, string>> = { read: 'blue ticks', retry: 'could not be read, sent again' };

/** Tells what has come since the last look: answers, and what the desk has read. */
function look(key: string, phone: FakePhone): void {
  for (const { id, message } of phone.inbox.splice(0)) {
    say(`${key}< ${shown(message)}`);
    unread.set(phone, [...unread.get(phone) ?? [], id]);
  }
  for (const { type } of phone.receipts.splice(0)) say(`   ${key}: ${TICKS[type ?? ''] ?? 'two ticks'}`);
}

/** Files are uploaded over https, by nobody but who trusts this server's own certificate. */
const folder = mkdtempSync(join(tmpdir(), 'sambung-whatsapp-'));
const certificate = join(folder, 'ca.pem');
writeFileSync(certificate, fake.caPem);

say(`A WhatsApp of our own runs on ${fake.url}

1. Start the product so that it may reach it:
     EGRESS_ALLOW=127.0.0.1 NODE_EXTRA_CA_CERTS=${certificate} npm start
2. As administrator, make a channel account of the channel "whatsapp", by linked device, with
     Own WhatsApp server (serverUrl)   ${fake.url}
   and link the number +${number.pn} by code; type here: pair CODE
3. Write as a customer and answer on the desk.

${HELP}
`);

let wasOnline = false;
const looking = setInterval(() => {
  if (number.isOnline !== wasOnline) say(number.isOnline ? '   the number is connected' : '   the number is away');
  wasOnline = number.isOnline;
  for (const [key, phone] of customers) look(key, phone);
  for (const error of (fake.errors as Error[]).splice(0)) say(`   the server failed: ${error.message}`);
}, LOOK_MS);

const terminal = createInterface({ input: process.stdin });
terminal.on('line', (line) => {
  obey(line).then((done) => { if (done !== '') say(done); }, (error: Error) => say(error.message));
});

function end(): void {
  clearInterval(looking);
  terminal.close();
  rmSync(folder, { recursive: true });
  void fake.stop();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
