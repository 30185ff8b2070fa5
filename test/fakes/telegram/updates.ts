/** What customers do, on its way to the bot: kept until it is confirmed, by long polling or by webhook. */
import type { ServerResponse } from 'node:http';
import { refusal, type Answer } from './methods.ts';
import type { FakeTelegram, Payload } from './server.ts';

type Update = Payload & { update_id: number };

interface Waiting { end(answer: Answer): void }

const RETRY_MS = 100;

/** The customers' side of a fake server. */
export class Outbox {
  readonly #server: () => FakeTelegram;
  readonly #waiting: Update[] = [];
  readonly #known = new Set<string>();
  #nextId = 500_000;
  #poller: Waiting | undefined;
  #last: Update | undefined;
  #paused = false;
  #pushing = false;

  constructor(server: () => FakeTelegram) {
    this.#server = server;
  }

  /** A customer writes; `more` adds or overrides fields of the message. Gives the message. */
  message(chatId: number, more: Payload): Payload & { message_id: number } {
    this.#known.add(String(chatId));
    const message = { message_id: this.#server().nextMessageId(), date: Math.floor(Date.now() / 1_000),
      chat: { id: chatId, type: 'private', first_name: `Nasabah ${chatId}` },
      from: { id: chatId, is_bot: false, first_name: `Nasabah ${chatId}` }, ...more };
    this.push({ message });
    return message;
  }

  /** Any update, with the number it gets. */
  push(update: Payload): number {
    this.#last = { update_id: (this.#nextId += 1), ...update };
    this.#waiting.push(this.#last);
    this.wake();
    return this.#last.update_id;
  }

  /** Delivers the last update once more, as after a lost confirmation. */
  repeat(): void {
    if (this.#last === undefined) return;
    this.#waiting.push(this.#last);
    this.wake();
  }

  pending(): number {
    return this.#waiting.length;
  }

  /** Whether the customer has ever written. */
  knows(chatId: string): boolean {
    return this.#known.has(chatId);
  }

  /** Answers getUpdates: at once where something waits, else when something comes or the time is over. */
  async poll(payload: Payload, response: ServerResponse): Promise<Answer> {
    if (this.#server().webhook.url !== '') {
      return refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first");
    }
    this.#poller?.end(refusal(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot '
      + 'instance is running'));
    const offset = payload['offset'];
    if (typeof offset === 'number') {
      const kept = this.#waiting.filter((update) => update.update_id >= offset);
      this.#waiting.splice(0, this.#waiting.length, ...kept);
    }
    if (this.#waiting.length > 0) return this.#batch(Number(payload['limit'] ?? 100));
    return new Promise((resolve) => {
      const timer = setTimeout(() => own.end(this.#batch(0)), Number(payload['timeout'] ?? 0) * 1_000);
      const own: Waiting = { end: (answer) => {
        clearTimeout(timer);
        if (this.#poller === own) this.#poller = undefined;
        resolve(answer);
      } };
      this.#poller = own;
      response.once('close', () => own.end(this.#batch(0)));
    });
  }

  /** Hands on what waits to whoever is there: an open poll, or the webhook. */
  wake(): void {
    if (this.#paused) return;
    this.#poller?.end(this.#batch(100));
    if (this.#server().webhook.url === '' || this.#pushing) return;
    this.#pushing = true;
    void this.#pushAll().finally(() => { this.#pushing = false; });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  #batch(limit: number): Answer {
    return { status: 200, body: { ok: true, result: this.#waiting.slice(0, limit) } };
  }

  async #pushAll(): Promise<void> {
    while (!this.#paused && this.#server().webhook.url !== '' && this.#waiting[0] !== undefined) {
      const [first] = this.#waiting;
      if (await this.#pushOne(first)) this.#waiting.splice(this.#waiting.indexOf(first), 1);
      else await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
    }
  }

  async #pushOne(update: Payload): Promise<boolean> {
    const { webhook, calls } = this.#server();
    try {
      const answer = await fetch(webhook.url, { method: 'POST', body: JSON.stringify(update), headers: {
        'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhook.secret } });
      const body = await answer.json() as Payload;
      webhook.lastError = answer.ok ? undefined : `Wrong response from the webhook: ${answer.status}`;
      const { method } = body;
      if (answer.ok && typeof method === 'string') calls.push({ method, payload: body, files: [] });
      return answer.ok;
    } catch (error) {
      webhook.lastError = (error as Error).message;
      return false;
    }
  }
}
