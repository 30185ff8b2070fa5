/** One socket of a client: the handshake, who it is, and from then on stanzas in order. */
import { randomBytes } from 'node:crypto';
import { decodeBinaryNode, encodeBinaryNode, type BinaryNode, type proto } from '@whiskeysockets/baileys';
import type { RawData, WebSocket } from 'ws';
import type { Account } from './account.ts';
import { FrameReader, frameOf, Noise } from './noise.ts';
import { Pairing } from './pairing.ts';
import { answerQuery, relay, takeReceipt } from './queries.ts';
import { childrenOf, stanza } from './stanzas.ts';
import type { World } from './world.ts';

const HELD_MAX = 10_000;

export class Connection {
  /** Whose device it is, once it is logged in. */
  account: Account | undefined;
  readonly #world: World;
  readonly #socket: WebSocket;
  readonly #noise: Noise;
  readonly #reader = new FrameReader();
  #stage: 'hello' | 'finish' | 'open' = 'hello';
  #pairing: Pairing | undefined;
  /** Stanzas kept back while the server is silent. */
  #held: BinaryNode[] | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(world: World, socket: WebSocket) {
    this.#world = world;
    this.#socket = socket;
    this.#noise = new Noise(world.keys);
    world.connections.add(this);
    socket.on('message', (data: RawData) => { this.#take(data as Buffer); });
    // What is wrong with a socket is followed by its end.
    socket.on('error', () => undefined);
    socket.once('close', () => { this.#left(); });
  }

  send(node: BinaryNode): void {
    if (this.#held === undefined) this.#write(this.#noise.encrypt(encodeBinaryNode(node)));
    else if (this.#held.length < HELD_MAX) this.#held.push(node);
  }

  /** Says a last word, if any, and closes; a socket on which nothing may be said is cut. */
  end(node?: BinaryNode): void {
    const isSilent = this.#held !== undefined;
    if (node !== undefined && !isSilent) this.send(node);
    // From here on another login of the account is no second socket.
    this.#left();
    if (isSilent) this.cut();
    else this.#socket.close();
  }

  cut(): void {
    this.#socket.terminate();
  }

  /** Keeps back what is to be said, or says it now. */
  hold(isHeld: boolean): void {
    const held = this.#held ?? [];
    this.#held = isHeld ? held : undefined;
    if (!isHeld) for (const node of held) this.send(node);
  }

  /** Sends what no key opens. */
  corrupt(): void {
    this.#write(randomBytes(64));
  }

  #write(bytes: Uint8Array): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frameOf(bytes));
  }

  #left(): void {
    this.#world.connections.delete(this);
    this.#pairing?.close();
    this.account?.left(this);
  }

  #take(data: Buffer): void {
    for (const frame of this.#reader.push(data)) {
      this.#work = this.#work.then(() => this.#frame(frame)).catch((error: unknown) => {
        this.#world.fail(error);
        this.cut();
      });
    }
  }

  async #frame(frame: Buffer): Promise<void> {
    if (this.#stage === 'hello') {
      this.#write(this.#noise.greet(frame));
      this.#stage = 'finish';
    } else if (this.#stage === 'finish') {
      const payload = this.#noise.finish(frame);
      this.#stage = 'open';
      this.#enter(payload);
    } else await this.#hear(await decodeBinaryNode(this.#noise.decrypt(frame)));
  }

  #enter(payload: proto.ClientPayload): void {
    if (payload.devicePairingData != null) {
      this.#pairing = new Pairing(this.#world, this);
      return;
    }
    const account = this.#world.accounts.get(String(payload.username));
    if (account === undefined) this.end(stanza('failure', { reason: '401' }));
    else account.enter(this, payload.device ?? 0);
  }

  async #hear(node: BinaryNode): Promise<void> {
    const account = this.account;
    if (account === undefined) {
      this.#pairing?.hear(node);
      return;
    }
    const { attrs } = node;
    switch (node.tag) {
      case 'iq': if (attrs['type'] !== 'result') await answerQuery(this.#world, account, this, node); break;
      case 'message': await relay(this.#world, account, this, node); break;
      case 'receipt': takeReceipt(this.#world, account, this, node); break;
      case 'ack': account.confirm(attrs['class'] ?? '', attrs['id'], attrs['to'], attrs['type']); break;
      case 'presence': if (attrs['type'] !== undefined) account.presence.push(attrs['type']); break;
      case 'chatstate': account.presence.push(childrenOf(node)[0]?.tag ?? ''); break;
      default: break;
    }
  }
}
