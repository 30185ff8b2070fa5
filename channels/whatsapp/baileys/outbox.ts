/** What leaves through one socket: made, kept for a second request, let go, and WhatsApp's word awaited. */
import { setTimeout as wait } from 'node:timers/promises';
import { generateWAMessage, proto, type AnyMessageContent, type BinaryNode, type SignalKeyStore, type WAMessage,
  type WASocket } from '@whiskeysockets/baileys';
import type { Outgoing, SendAnswer } from './calls.ts';
import { contentOf } from './files.ts';
import { jidOf } from './handles.ts';
import { quietLogger } from './quiet.ts';

/** Keeps values of the session; rejects where the house did not. */
type Put = (values: Record<string, Record<string, string | null>>) => Promise<unknown>;

export class Outbox {
  readonly #sock: WASocket;
  readonly #keys: SignalKeyStore;
  readonly #put: Put;
  readonly #acks = new Map<string, (answer: SendAnswer) => void>();
  #closed = false;

  constructor(sock: WASocket, keys: SignalKeyStore, put: Put) {
    this.#sock = sock;
    this.#keys = keys;
    this.#put = put;
    (sock.ws as unknown as NodeJS.EventEmitter).on('CB:ack,class:message', (node: BinaryNode) => {
      const { id, error } = node.attrs;
      const settle = this.#acks.get(id ?? '');
      settle?.(error === undefined ? { kind: 'sent' } : { kind: 'refused', code: error });
    });
  }

  /** Nothing leaves any more; of what waits for WhatsApp's word nobody knows how it fared. */
  close(): void {
    this.#closed = true;
    for (const settle of this.#acks.values()) settle({ kind: 'unknown', reasonCode: 'CONNECTION_CLOSED' });
    this.#acks.clear();
  }

  async send(out: Outgoing): Promise<SendAnswer> {
    const jid = await this.#address(out.handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    if (out.typingMs > 0) {
      await this.#sock.sendPresenceUpdate('composing', jid).catch(() => undefined);
      await wait(out.typingMs);
      await this.#sock.sendPresenceUpdate('paused', jid).catch(() => undefined);
    }
    const quoted: WAMessage | undefined = out.quoted === null ? undefined : {
      key: { remoteJid: jid, id: out.quoted.id, fromMe: out.quoted.fromUs },
      message: { conversation: out.quoted.text } } as WAMessage;
    return this.#relay(jid, contentOf(out), out.providerMessageId, out.timeoutMs, quoted);
  }

  async edit(handle: string, id: string, text: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { text, edit: { remoteJid: jid, id, fromMe: true } }, undefined);
  }

  async recall(handle: string, id: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { delete: { remoteJid: jid, id, fromMe: true } }, undefined);
  }

  async react(handle: string, id: string, emoji: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { react: { text: emoji, key: { remoteJid: jid, id, fromMe: false } } }, undefined);
  }

  async typing(handle: string, isTyping: boolean): Promise<void> {
    const jid = await this.#address(handle);
    if (jid !== undefined) await this.#sock.sendPresenceUpdate(isTyping ? 'composing' : 'paused', jid);
  }

  /** Tells the customer that these messages of theirs were read. */
  async read(handle: string, ids: readonly string[]): Promise<void> {
    const remoteJid = await this.#address(handle);
    if (remoteJid === undefined) return;
    await this.#sock.readMessages(ids.map((id) => ({ remoteJid, id, fromMe: false })));
  }

  /** Whether the number is on WhatsApp; its address is kept. Throws where WhatsApp did not answer. */
  async check(phone: string): Promise<boolean> {
    const answer = await this.#sock.onWhatsApp(phone);
    if (answer === undefined) throw Object.assign(new Error('no answer'), { code: 'NOT_CONNECTED' });
    return answer.some((one) => one.exists);
  }

  async #address(handle: string): Promise<string | undefined> {
    const kept = await this.#keys.get('address' as never, [handle]) as Record<string, string> | undefined;
    if (kept?.[handle] !== undefined) return kept[handle];
    const jid = jidOf(handle);
    if (jid === undefined || jid.endsWith('@lid')) return jid;
    // Written to by number alone a message may stay undelivered: the LID behind it is the better address.
    return await this.#sock.signalRepository.lidMapping.getLIDForPN(jid).catch(() => null) ?? jid;
  }

  /** Makes the message, keeps it for a second request, lets it leave, and waits for WhatsApp's word. */
  async #relay(jid: string, content: AnyMessageContent, messageId: string | undefined, timeoutMs = 15_000,
    quoted?: WAMessage): Promise<SendAnswer> {
    const sock = this.#sock;
    const me = sock.user?.id;
    if (me === undefined || this.#closed) return { kind: 'not-sent', reasonCode: 'NOT_CONNECTED' };
    let made: WAMessage;
    try {
      made = await generateWAMessage(jid, content, { userJid: me, upload: sock.waUploadToServer,
        logger: quietLogger, ...(messageId === undefined ? {} : { messageId }),
        ...(quoted === undefined ? {} : { quoted }) });
      const id = made.key.id ?? '';
      await this.#put({ sent: { [id]: Buffer.from(proto.Message.encode(made.message ?? {}).finish())
        .toString('base64') } });
    } catch (error) {
      return { kind: 'not-sent', reasonCode: (error as { code?: string }).code ?? 'NOT_PREPARED' };
    }
    return this.#await(jid, made, content, timeoutMs);
  }

  async #await(jid: string, made: WAMessage, content: AnyMessageContent, timeoutMs: number): Promise<SendAnswer> {
    const id = made.key.id ?? '';
    const acknowledged = new Promise<SendAnswer>((resolve) => { this.#acks.set(id, resolve); });
    const late = wait(timeoutMs, { kind: 'unknown', reasonCode: 'NO_ACK' } as const, { ref: false });
    const edit = 'edit' in content ? '1' : 'delete' in content ? '7' : undefined;
    try {
      await this.#sock.relayMessage(jid, made.message ?? {}, { messageId: id,
        ...(edit === undefined ? {} : { additionalAttributes: { edit } }) });
      return await Promise.race([acknowledged, late]);
    } catch (error) {
      const code = (error as { output?: { statusCode?: number } }).output?.statusCode;
      // A socket that closed under the write may have written: nobody knows. All else failed before it.
      return code === 428 ? { kind: 'unknown', reasonCode: 'CONNECTION_CLOSED' }
        : { kind: 'not-sent', reasonCode: 'NOT_PREPARED' };
    } finally {
      this.#acks.delete(id);
    }
  }
}
