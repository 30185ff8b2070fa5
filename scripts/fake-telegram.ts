/**
 * Telegram without an account: a Bot API server on this machine and a page on which a person plays the customers. The
 * bot is connected like any other, with this server's address as its own Bot API server.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { fakeTelegram, type Delivered, type FakeTelegram, type Payload } from '#test/fakes/telegram/server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8081' },
    token: { type: 'string', default: '700000001:coba-telegram-di-komputer-sendiri-saja' } },
});

const HEART = '\u2764';
const FILE_BYTES_MAX = 20 * 1_048_576;

/** Customers who can be played, by id. */
const CUSTOMERS: Readonly<Record<string, string>> = { 7001: 'Rina Contoh', 7002: 'Budi Percobaan', 7003: 'Sari Uji' };

interface Said {
  chatId: string;
  from: 'customer' | 'bot';
  text: string;
  id: number;
  buttons?: unknown;
  /** The other side's reaction, and that it was changed after it was sent. */
  reaction?: string | undefined;
  edited?: boolean | undefined;
  files: string[];
}

const said: Said[] = [];
/** The customers' reactions to the bot, by chat and message. */
const reactions = new Map<string, string>();

function textOf({ payload, method }: Delivered): string {
  const words = payload['text'] ?? payload['caption'];
  return typeof words === 'string' ? words : `(${method})`;
}

/** What stands on the customers' screens, oldest first. */
function screen(fake: FakeTelegram): Said[] {
  const ours = fake.delivered.map((one): Said => ({ chatId: one.chatId, from: 'bot', id: one.messageId,
    text: textOf(one), buttons: one.payload['reply_markup'], edited: one.edited,
    reaction: reactions.get(`${one.chatId}:${one.messageId}`), files: one.files.map((file) => file.fileName) }));
  const theirs = said.map((one): Said => ({ ...one, reaction: fake.reactions.get(`${one.chatId}:${one.id}`) }));
  return [...theirs, ...ours].sort((a, b) => a.id - b.id);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > 2 * FILE_BYTES_MAX) throw new Error('too large');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function sender(chatId: string): Payload {
  const [first = '', last] = (CUSTOMERS[chatId] ?? 'Nasabah').split(' ');
  return { id: Number(chatId), is_bot: false, first_name: first, ...(last === undefined ? {} : { last_name: last }) };
}

function write(fake: FakeTelegram, chatId: string, content: Payload, shown: string): void {
  const message = fake.updates.message(Number(chatId), { from: sender(chatId), ...content });
  said.push({ chatId, from: 'customer', text: shown, id: message.message_id, files: [] });
}

/** What the page asks for: {chat, do, ...}. */
async function act(fake: FakeTelegram, request: IncomingMessage): Promise<void> {
  const asked = JSON.parse((await bodyOf(request)).toString()) as Record<string, string>;
  const { chat = '7001', text = '', data = '', name = 'berkas' } = asked;
  switch (asked['do']) {
    case 'text': write(fake, chat, { text }, text); break;
    case 'place': write(fake, chat, { location: { latitude: -6.2088, longitude: 106.8456 } }, '(lokasi)'); break;
    case 'contact': write(fake, chat, { contact: { phone_number: `62812000${chat}`, first_name: 'Saya',
      user_id: Number(chat) } }, '(kontak sendiri)'); break;
    case 'file': {
      const fileId = fake.hold(Buffer.from(data, 'base64'));
      const isPhoto = /\.(png|jpe?g)$/i.test(name);
      write(fake, chat, isPhoto ? { photo: [{ file_id: fileId, width: 1, height: 1 }] }
        : { document: { file_id: fileId, file_name: name } }, `(${name})`);
      break;
    }
    case 'tap': fake.updates.push({ callback_query: { id: String(Date.now()), from: sender(chat), data,
      message: { message_id: Number(text), date: 1, chat: { id: Number(chat), type: 'private' } } } }); break;
    case 'react': {
      const place = `${chat}:${text}`;
      const isOn = !reactions.has(place);
      if (isOn) reactions.set(place, HEART);
      else reactions.delete(place);
      fake.updates.push({ message_reaction: { chat: { id: Number(chat), type: 'private' }, message_id: Number(text),
        user: sender(chat), date: Math.floor(Date.now() / 1_000), old_reaction: [],
        new_reaction: isOn ? [{ type: 'emoji', emoji: HEART }] : [] } });
      break;
    }
    case 'block': case 'unblock': {
      const blocks = asked['do'] === 'block';
      if (blocks) fake.blocked.add(chat);
      else fake.blocked.delete(chat);
      fake.updates.push({ my_chat_member: { chat: { id: Number(chat), type: 'private' }, from: sender(chat),
        date: Math.floor(Date.now() / 1_000), new_chat_member: { status: blocks ? 'kicked' : 'member' } } });
      break;
    }
    default: break;
  }
}

const fake = fakeTelegram({ token: values.token, port: Number(values.port) });
const html = readFileSync(new URL('./fake-telegram.html', import.meta.url));

fake.page = (request: IncomingMessage, response: ServerResponse): boolean => {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /') response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
  else if (route === 'GET /screen') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ customers: CUSTOMERS, blocked: [...fake.blocked], said: screen(fake) }));
  } else if (route === 'POST /act' && request.headers['content-type'] === 'application/json') {
    act(fake, request).then(() => response.writeHead(204).end(), () => response.writeHead(400).end());
  } else return false;
  return true;
};

await fake.start();
process.stdout.write(`A Telegram of our own runs on ${fake.url} (open it to write as a customer)

1. Start the product so that it may reach it:   EGRESS_ALLOW=127.0.0.1 npm start
2. As administrator, make a channel account of the channel "telegram":
     Bot token            ${fake.token}
     Own Bot API server   ${fake.url}
3. Write on ${fake.url} and answer on the desk. Ctrl-C ends it; what was said is then forgotten.
`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fake.stop());
