/** What customers and Meta do, on its way to the product's webhook: signed as Meta signs, repeated as Meta repeats. */
import { createHmac } from 'node:crypto';
import type { FakeGraph, Payload } from './server.ts';

/** What the product answered. */
export interface Heard { status: number; text: string }

export interface PostOptions {
  /** Another signature than the right one; null: none. */
  signature?: string | null;
}

/** The sender's side of the webhook of a fake server. */
export class Webhook {
  /** The product's address of it. */
  url = '';
  readonly #server: () => FakeGraph;
  #last: string | undefined;

  constructor(server: () => FakeGraph) {
    this.#server = server;
  }

  /** The header of a body. */
  sign(body: string): string {
    return `sha256=${createHmac('sha256', this.#server().appSecret).update(body).digest('hex')}`;
  }

  /** Posts a body as it stands. */
  async post(body: string, options: PostOptions = {}): Promise<Heard> {
    this.#last = body;
    const signature = options.signature === undefined ? this.sign(body) : options.signature;
    const answer = await fetch(this.url, { method: 'POST', body, signal: AbortSignal.timeout(15_000), headers: {
      'content-type': 'application/json', ...(signature === null ? {} : { 'x-hub-signature-256': signature }) } });
    return { status: answer.status, text: await answer.text() };
  }

  /** Posts the last body once more, as after a lost answer. */
  repeat(): Promise<Heard> {
    return this.post(this.#last ?? '{}');
  }

  /** Posts one change about the number. */
  change(value: Payload, field = 'messages'): Promise<Heard> {
    const { phoneNumberId, businessAccountId } = this.#server();
    return this.post(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: businessAccountId,
      changes: [{ field, value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '6281500000001',
        phone_number_id: phoneNumberId }, ...value } }] }] }));
  }

  /** A customer writes; `more` adds or overrides fields of the message. Gives its id. */
  async message(from: string, more: Payload): Promise<string> {
    const id = typeof more['id'] === 'string' ? more['id'] : this.#server().nextId();
    const isId = from.includes('.');
    const sender = isId ? { from_user_id: from } : { from };
    const contact = { profile: { name: `Nasabah ${from}` }, ...(isId ? { user_id: from } : { wa_id: from }) };
    const message = { ...sender, id, timestamp: String(Math.floor(Date.now() / 1_000)), ...more };
    const heard = await this.change({ contacts: [contact], messages: [message] });
    if (heard.status !== 200) throw new Error(`the webhook answered ${heard.status}`);
    return id;
  }

  /** A customer writes a text. */
  text(from: string, body: string, more: Payload = {}): Promise<string> {
    return this.message(from, { type: 'text', text: { body }, ...more });
  }

  /** Meta says how a message of ours stands; `code` is why it failed. What we sent along with it is said back. */
  async status(id: string, status: string, code?: number): Promise<void> {
    const own = this.#server().delivered.find((one) => one.id === id)?.payload['biz_opaque_callback_data'];
    const heard = await this.change({ statuses: [{ id, status, timestamp: String(Math.floor(Date.now() / 1_000)),
      recipient_id: '6281200000567', ...(own === undefined ? {} : { biz_opaque_callback_data: own }),
      ...(code === undefined ? {} : { errors: [{ code, title: 'x' }] }) }] });
    if (heard.status !== 200) throw new Error(`the webhook answered ${heard.status}`);
  }

  /** The question by which the webhook is set up. */
  async setUp(query: Record<string, string>): Promise<Heard> {
    const answer = await fetch(`${this.url}?${new URLSearchParams(query)}`, { signal: AbortSignal.timeout(15_000) });
    return { status: answer.status, text: await answer.text() };
  }
}
