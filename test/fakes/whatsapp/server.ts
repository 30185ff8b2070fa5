/**
 * A WhatsApp server of our own, which the unmodified client of Baileys connects to: one socket for stanzas, downloads
 * beside it, uploads on a port of their own. It keeps what a client has not confirmed, and fails as it is told.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Account } from './account.ts';
import type { FakeAccount, FakePhone, FakeWhatsApp } from './api.ts';
import { Connection } from './connection.ts';
import { Phone } from './phone.ts';
import { World } from './world.ts';

export type { FakeAccount, FakePhone, FakeWhatsApp } from './api.ts';

const STANZA_BYTES_MAX = 32 * 1_048_576;
const NUMBER = '6281500000001';

interface Servers { server: http.Server; sockets: WebSocketServer }

function servers(world: World): Servers {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: STANZA_BYTES_MAX });
  const server = http.createServer((request, response) => { world.media.serve(request, response); });
  server.on('upgrade', (request, socket, head) => {
    if (world.isStopped || [...world.accounts.values()].some((account) => account.isRefusing)) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (made) => {
      world.opened += 1;
      new Connection(world, made);
    });
  });
  return { server, sockets };
}

function accountOf(world: World, pn: string): Account {
  const known = world.accounts.get(pn);
  if (known !== undefined) return known;
  const account = new Account(world, pn);
  world.accounts.set(pn, account);
  world.addPhone(account.handset);
  return account;
}

function phoneOf(world: World, pn: string, options: { hideNumber?: boolean; name?: string }): FakePhone {
  const phone = world.phones.get(pn) ?? world.addPhone(new Phone(world, pn, `Nasabah ${pn.slice(-4)}`));
  phone.hideNumber = options.hideNumber ?? false;
  if (options.name !== undefined) phone.name = options.name;
  return phone;
}

async function stop(world: World, { server, sockets }: Servers): Promise<void> {
  world.isStopped = true;
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  await world.media.stop();
  await world.settled();
  for (const phone of new Set(world.phones.values())) phone.signal.close();
}

/** Starts a server on a port of the system's choosing. Without `mediaCa` nothing can be uploaded. */
export async function fakeWhatsApp(options: { mediaCa?: boolean; port?: number } = {}): Promise<FakeWhatsApp> {
  const world = new World(options.mediaCa ?? true);
  const made = servers(world);
  const { server } = made;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await world.media.start();
  return {
    url: world.url,
    caPem: world.media.caPem,
    rootKey: world.keys.root.public,
    errors: world.errors,
    get connections() { return world.opened; },
    get replaced() { return world.replaced; },
    sockets: (account?: FakeAccount) => [...world.connections].filter((one) => one.account !== undefined
      && (account === undefined || one.account.pn === account.pn)).length,
    loginsOf: (account) => world.accountOf(account).logins,
    account: (pn = NUMBER) => accountOf(world, pn),
    phone: (pn, more = {}) => phoneOf(world, pn, more),
    absent(pn) {
      const phone = world.phones.get(pn);
      if (phone === undefined) return;
      world.phones.delete(phone.pn);
      world.phones.delete(phone.lid);
    },
    stop: () => stop(world, made),
  };
}
