/** Telegram: a bot of the company, by webhook or by long polling, through telegraf behind our port (api.ts). */
import type { Channel, ChannelHost, RunningChannel, SetupField } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import { awayField, greetingField } from '#channels/first-words.ts';
import { limits } from '#domain/limits.ts';
import { botApi } from './api.ts';
import { botIdOf, placeOf, withBot } from './bot.ts';
import { changeMessage } from './change.ts';
import { pullFile } from './media.ts';
import { TEXT_CHARS } from './parts.ts';
import { keepPolling } from './polling.ts';
import { sendMessage } from './send.ts';
import { decodeUpdate, readUpdate } from './updates.ts';
import { backoff, waitFor } from '#channels/waiting.ts';
import { keepWebhook, verifySecret } from './webhook.ts';

/** Another node holds the account, or the database is away: look again after this. */
const AGAIN_MS_MAX = limits.leaseMs / 3;
/** Telegram shows "typing" for five seconds. */
const TYPING_EVERY_MS = 4_000;
const TYPISTS_MAX = 5_000;
const COMMANDS_MAX = 100;

const setup: readonly SetupField[] = [
  {
    name: 'token', kind: 'secret', required: true,
    label: { id: 'Token bot', en: 'Bot token' },
    rule: {
      pattern: '[0-9]{1,20}:[A-Za-z0-9_\\-]{35,}',
      wrong: { id: 'Bukan token bot. Salin seluruh token dari @BotFather: angka, titik dua, lalu paling sedikit 35 huruf, '
        + 'angka, garis bawah, atau tanda hubung.',
      en: 'Not a bot token. Copy the whole token from @BotFather: digits, a colon, then at least 35 letters, digits, '
        + 'underscores or hyphens.' },
    },
    help: {
      id: 'Dari @BotFather, misalnya 123456:ABC-DEF. Siapa pun yang memegangnya dapat membaca dan menulis sebagai bot.',
      en: 'From @BotFather, such as 123456:ABC-DEF. Whoever holds it can read and write as the bot.',
    },
  },
  {
    name: 'mode', kind: 'choice', choices: ['polling', 'webhook'], usual: 'polling',
    label: { id: 'Cara menerima pesan', en: 'How messages come in' },
    help: {
      id: 'Polling berjalan di mana saja. Webhook lebih cepat, tetapi PUBLIC_URL harus berupa alamat https yang dapat '
        + 'dijangkau Telegram (port 443, 80, 88, atau 8443).',
      en: 'Polling works anywhere. A webhook is faster, but PUBLIC_URL must be an https address that Telegram reaches '
        + '(port 443, 80, 88 or 8443).',
    },
  },
  {
    name: 'webhookSecret', kind: 'secret', generated: true, ours: true, when: { field: 'mode', value: 'webhook' },
    label: { id: 'Rahasia webhook', en: 'Webhook secret' },
    help: {
      id: 'Membuktikan bahwa panggilan berasal dari Telegram. Kosongkan agar dibuat oleh server.',
      en: 'Proves that calls come from Telegram. Leave empty to have the server make one.',
    },
  },
  greetingField,
  awayField,
  {
    name: 'commands', kind: 'text',
    label: { id: 'Daftar perintah', en: 'List of commands' },
    rule: {
      list: true, pattern: '/?[A-Za-z0-9_]{1,32}\\s*:\\s*\\S.*',
      wrong: { id: '“{{part}}” bukan perintah. Tulis perintah: penjelasan, misalnya start: Mulai percakapan; perintah '
        + 'terdiri dari huruf, angka, atau garis bawah.',
      en: '“{{part}}” is no command. Write command: explanation, such as start: Begin a conversation; a command has '
        + 'letters, digits or underscores.' },
    },
    help: {
      id: 'Tampil di menu bot, misalnya: start: Mulai percakapan, bantuan: Cara memakai layanan ini',
      en: 'Shown in the menu of the bot, such as: start: Begin a conversation, help: How to use this service',
    },
  },
  {
    name: 'apiRoot', kind: 'url',
    label: { id: 'Alamat Bot API sendiri', en: 'Own Bot API server' },
    help: {
      id: 'Kosongkan untuk api.telegram.org. Host server sendiri harus terdaftar di EGRESS_ALLOW.',
      en: 'Leave empty for api.telegram.org. The host of an own server must be in EGRESS_ALLOW.',
    },
  },
];

function isWebhook(host: Pick<ChannelHost, 'account'>): boolean {
  return host.account.settings['mode'] === 'webhook';
}

/** `start: Mulai, bantuan: Cara memakai` as Telegram takes it; what is no command is left out. */
export function commandsOf(setting: unknown): { command: string; description: string }[] {
  if (typeof setting !== 'string') return [];
  return setting.split(/[,\n]/).flatMap((line) => {
    const [name = '', ...rest] = line.split(':');
    const command = name.trim().replace(/^\//, '').toLowerCase();
    const description = rest.join(':').trim().slice(0, 256);
    return /^[a-z0-9_]{1,32}$/.test(command) && description !== '' ? [{ command, description }] : [];
  }).slice(0, COMMANDS_MAX);
}

async function setCommands(host: ChannelHost, signal: AbortSignal): Promise<void> {
  const api = await botApi(host);
  if (api === undefined) return;
  const commands = commandsOf(host.account.settings['commands']);
  const kept = await host.cursor.get('commands-set');
  const mark = `${api.bot.id} ${JSON.stringify(commands)}`;
  if (kept === mark || (kept === undefined && commands.length === 0)) return;
  const answer = await api.call('setMyCommands', { commands }, signal);
  if (answer.ok) await host.cursor.put('commands-set', mark);
}

async function run(host: ChannelHost, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await setCommands(host, signal);
      await (isWebhook(host) ? keepWebhook(host, signal) : keepPolling(host, signal));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (error instanceof FetchFailed) host.health('NEEDS_ATTENTION', 'EGRESS_REFUSED');
      host.log.warn({ error: (error as Error).message }, 'the Telegram account was let go; trying again');
    }
    await waitFor(failures === 0 ? AGAIN_MS_MAX : backoff(failures, AGAIN_MS_MAX), signal);
  }
}

async function start(host: ChannelHost): Promise<RunningChannel> {
  const stopped = new AbortController();
  const running = run(host, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

const typedAt = new Map<string, number>();

function agentTyping(host: ChannelHost, handle: string, isTyping: boolean): void {
  const place = `${host.account.id} ${handle}`;
  const now = performance.now();
  if (!isTyping || now - (typedAt.get(place) ?? -TYPING_EVERY_MS) < TYPING_EVERY_MS) return;
  if (typedAt.size >= TYPISTS_MAX) typedAt.clear();
  typedAt.set(place, now);
  botApi(host).then((api) => api?.call('sendChatAction', { chat_id: handle, action: 'typing' },
    AbortSignal.timeout(TYPING_EVERY_MS))).catch(() => undefined);
}

export const telegram: Channel = {
  name: 'telegram',
  reportName: 'TELEGRAM',
  medium: 'MESSAGING',
  flow: 'social',
  capabilities: { attachments: true, typing: true, readReceipts: false, edits: true, replies: true, rating: false,
    buttons: true, askContact: true, editSent: true, recallSent: true, react: true, deduplicates: false },
  limits: { textChars: 4 * TEXT_CHARS, fileBytes: limits.fileBytes, sendsPerSecond: 25, recallHours: 48 },
  setup,
  identityOf: (secret) => botIdOf(secret('token')),
  providerHosts: ['api.telegram.org'],
  verify: (request, account, secret) =>
    (isWebhook({ account }) ? verifySecret(request, secret('webhookSecret')) : { ok: false, code: 'NOT_FOUND' }),
  parse(request) {
    const update = decodeUpdate(request.body);
    const place = placeOf(request.query['bot']);
    const named = withBot(update, place);
    const { events, callbackId } = readUpdate(named,
      named === update ? request.body : Buffer.from(JSON.stringify(named)));
    if (callbackId === undefined) return { events, receipts: [] };
    // Telegram takes one call as the answer of a webhook: the word that a tapped button was heard, after COMMIT.
    const body = JSON.stringify({ method: 'answerCallbackQuery', callback_query_id: callbackId });
    return { events, receipts: [], answer: { status: 200, contentType: 'application/json', body } };
  },
  send: sendMessage,
  change: changeMessage,
  // Of the signs that Telegram lets everybody use, those that fit between a company and its customer.
  reactions: ['\u{1F44D}', '\u2764', '\u{1F64F}', '\u{1F44C}', '\u{1F44F}', '\u{1F389}', '\u{1F622}', '\u{1F914}'],
  start,
  pull: pullFile,
  agentTyping,
};
