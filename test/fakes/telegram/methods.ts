/** The methods of the Bot API that a contact centre uses, as the fake server answers them. */
import type { ServerResponse } from 'node:http';
import type { Call, FakeTelegram, Payload } from './server.ts';

export interface Answer { status: number; body: unknown }

function ok(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } };
}

/** A refusal, as Telegram words it. */
export function refusal(code: number, description: string, parameters?: object): Answer {
  return { status: code, body: { ok: false, error_code: code, description, ...(parameters && { parameters }) } };
}

const TEXT_MAX = 4_096;
const CAPTION_MAX = 1_024;

function complaint(fake: FakeTelegram, { method, payload, files }: Call): Answer | undefined {
  const chat = String(payload['chat_id'] ?? '');
  if (chat === '') return refusal(400, 'Bad Request: chat_id is empty');
  if (fake.blocked.has(chat)) return refusal(403, 'Forbidden: bot was blocked by the user');
  if (!fake.updates.knows(chat)) return refusal(400, 'Bad Request: chat not found');
  const text = String(payload['text'] ?? '');
  if (method === 'sendMessage' && text === '') return refusal(400, 'Bad Request: message text is empty');
  if (text.length > TEXT_MAX) return refusal(400, 'Bad Request: message is too long');
  if (String(payload['caption'] ?? '').length > CAPTION_MAX) {
    return refusal(400, 'Bad Request: message caption is too long');
  }
  if (!['sendMessage', 'sendChatAction'].includes(method) && files.length === 0) {
    return refusal(400, 'Bad Request: there is no file in the request');
  }
  return undefined;
}

function deliver(fake: FakeTelegram, call: Call): Answer {
  const wrong = complaint(fake, call);
  if (wrong !== undefined) return wrong;
  const chatId = String(call.payload['chat_id']);
  const items: Payload[] = call.method === 'sendMediaGroup' ? call.payload['media'] as Payload[] : [call.payload];
  const sent = items.map((item, at) => {
    const messageId = fake.nextMessageId();
    const named = typeof item['media'] === 'string' ? item['media'].replace('attach://', '') : undefined;
    const files = call.files.filter((file) => named === undefined || file.field === named);
    const payload = at === 0 ? { ...call.payload, ...item } : item;
    fake.delivered.push({ chatId, messageId, method: call.method, payload, files });
    return { message_id: messageId, date: Math.floor(Date.now() / 1_000), chat: { id: Number(chatId), type: 'private' },
      from: { id: fake.botId, is_bot: true, first_name: 'Bot Uji' },
      ...(payload['text'] ? { text: payload['text'] } : {}) };
  });
  return ok(call.method === 'sendMediaGroup' ? sent : sent[0]);
}

function fileOf(fake: FakeTelegram, payload: Payload): Answer {
  const file = fake.files.get(String(payload['file_id']));
  if (file === undefined) return refusal(400, 'Bad Request: invalid file_id');
  const size = file.size ?? file.bytes.length;
  if (size > 20 * 1_048_576) return refusal(400, 'Bad Request: file is too big');
  return ok({ file_id: file.fileId, file_unique_id: file.fileId, file_size: size, file_path: file.path });
}

function setWebhook(fake: FakeTelegram, payload: Payload): Answer {
  fake.webhook.url = String(payload['url'] ?? '');
  fake.webhook.secret = String(payload['secret_token'] ?? '');
  fake.updates.wake();
  return ok(true);
}

/** What stands on the customer's screen under this id, of the bot's own messages. */
function shownTo(fake: FakeTelegram, { payload }: Call) {
  return fake.delivered.find((one) => one.chatId === String(payload['chat_id'])
    && one.messageId === Number(payload['message_id']));
}

function edit(fake: FakeTelegram, call: Call): Answer {
  const field = call.method === 'editMessageText' ? 'text' : 'caption';
  const said = String(call.payload[field] ?? '');
  const found = shownTo(fake, call);
  if (found === undefined) return refusal(400, 'Bad Request: message to edit not found');
  const keyboard = found.payload['reply_markup'] as Payload | undefined;
  if (keyboard !== undefined && !('inline_keyboard' in keyboard)) {
    return refusal(400, 'Bad Request: message can\'t be edited');
  }
  if (field === 'text' && said === '') return refusal(400, 'Bad Request: message text is empty');
  const most = field === 'text' ? TEXT_MAX : CAPTION_MAX;
  if (said.length > most) return refusal(400, 'Bad Request: message is too long');
  const markup = call.payload['reply_markup'];
  if (String(found.payload[field] ?? '') === said
    && JSON.stringify(keyboard) === JSON.stringify(markup)) {
    return refusal(400, 'Bad Request: message is not modified: specified new message content and reply markup are '
      + 'exactly the same as a current content and reply markup of the message');
  }
  found.payload = { ...found.payload, [field]: said, reply_markup: markup };
  found.edited = true;
  return ok({ message_id: found.messageId, edit_date: Math.floor(Date.now() / 1_000) });
}

function remove(fake: FakeTelegram, call: Call): Answer {
  const found = shownTo(fake, call);
  if (found === undefined) return refusal(400, 'Bad Request: message to delete not found');
  fake.delivered.splice(fake.delivered.indexOf(found), 1);
  return ok(true);
}

const SIGNS = new Set(['\u{1F44D}', '\u2764', '\u{1F64F}', '\u{1F44C}', '\u{1F44F}', '\u{1F389}', '\u{1F622}',
  '\u{1F914}']);

function react(fake: FakeTelegram, { payload }: Call): Answer {
  const [first] = payload['reaction'] as { emoji?: string }[];
  if (first?.emoji !== undefined && !SIGNS.has(first.emoji)) return refusal(400, 'Bad Request: REACTION_INVALID');
  const place = `${String(payload['chat_id'])}:${String(payload['message_id'])}`;
  if (first === undefined) fake.reactions.delete(place);
  else fake.reactions.set(place, first.emoji ?? '');
  return ok(true);
}

/** What the server answers to the call; of getUpdates only once there is something, or the time is over. */
export async function methods(fake: FakeTelegram, call: Call, response: ServerResponse): Promise<Answer> {
  const { method, payload } = call;
  switch (method) {
    case 'getMe': return ok({ id: fake.botId, is_bot: true, first_name: 'Bot Uji', username: 'uji_bot' });
    case 'getUpdates': return fake.updates.poll(payload, response);
    case 'setWebhook': return setWebhook(fake, payload);
    case 'deleteWebhook': return setWebhook(fake, {});
    case 'getWebhookInfo': return ok({ url: fake.webhook.url, has_custom_certificate: false,
      pending_update_count: fake.updates.pending(),
      ...(fake.webhook.lastError === undefined ? {} : { last_error_message: fake.webhook.lastError }) });
    case 'getFile': return fileOf(fake, payload);
    case 'setMyCommands': case 'answerCallbackQuery': return ok(true);
    case 'editMessageText': case 'editMessageCaption': return edit(fake, call);
    case 'deleteMessage': return remove(fake, call);
    case 'setMessageReaction': return react(fake, call);
    case 'sendChatAction': return complaint(fake, call) ?? ok(true);
    case 'sendMessage': case 'sendPhoto': case 'sendVideo': case 'sendAnimation': case 'sendVoice': case 'sendAudio':
    case 'sendDocument': case 'sendMediaGroup': return deliver(fake, call);
    default: return refusal(404, 'Not Found: method not found');
  }
}
