/** What the server answers to a client's queries: no more than the client needs to go on. */
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import { bytesOf, childOf, childrenOf, lidJid, pnJid, stanza } from './stanzas.ts';
import type { World } from './world.ts';

/** The content of the answer, and what follows it. */
interface Answer { content?: BinaryNode[]; after?: () => void }

function usersOf(query: BinaryNode): string[] {
  return childrenOf(childOf(query, 'list'), 'user').map((user) => {
    const contact = childOf(user, 'contact')?.content;
    const phone = typeof contact === 'string' ? contact : Buffer.from((contact ?? '') as Uint8Array).toString();
    return user.attrs['jid'] ?? pnJid(phone.replace('+', ''));
  });
}

/** Who somebody is: whether on WhatsApp, on which devices, and under which LID. */
function usync(world: World, account: Account, node: BinaryNode): Answer {
  const query = childOf(node, 'usync');
  if (query === undefined) return {};
  const asked = new Set(childrenOf(childOf(query, 'query')).map(({ tag }) => tag));
  const users = usersOf(query).map((jid) => {
    const phone = world.phoneOf(jid);
    const facts: BinaryNode[] = [];
    if (asked.has('contact')) facts.push(stanza('contact', { type: phone === undefined ? 'out' : 'in' }));
    if (phone !== undefined && asked.has('devices')) {
      const linked = phone === account.handset ? [stanza('device', { id: account.device, 'key-index': '1' })] : [];
      facts.push(stanza('devices', {}, [stanza('device-list', {}, [stanza('device', { id: '0' }), ...linked])]));
    }
    if (phone !== undefined && asked.has('lid') && !jid.endsWith('@lid')) {
      facts.push(stanza('lid', { val: lidJid(phone.lid) }));
    }
    return stanza('user', { jid }, facts);
  });
  return { content: [stanza('usync', {}, [stanza('list', {}, users)])] };
}

async function bundles(world: World, node: BinaryNode): Promise<Answer> {
  const found: BinaryNode[] = [];
  for (const { attrs } of childrenOf(childOf(node, 'key'), 'user')) {
    const keys = await world.phoneOf(attrs['jid'])?.signal.bundle();
    if (keys !== undefined) found.push(stanza('user', { jid: attrs['jid'] }, keys));
  }
  return { content: [stanza('list', {}, found)] };
}

function appState(node: BinaryNode): Answer {
  // The version comes back as it was asked for: there is nothing new. Without it the client asks for ever.
  const collections = childrenOf(childOf(node, 'sync'), 'collection').map(({ attrs }) =>
    stanza('collection', { name: attrs['name'], version: attrs['version'] }));
  return { content: [stanza('sync', {}, collections)] };
}

function mediaHosts(world: World): Answer {
  const hostname = world.media.uploadHost;
  return { content: [stanza('media_conn', { auth: 'uji', ttl: '3600' },
    hostname === undefined ? [] : [stanza('host', { hostname })])] };
}

function graph(node: BinaryNode): Answer {
  const told = { data: { xwa2_fetch_account_reachout_timelock: { is_active: false } } };
  return childOf(node, 'query') === undefined ? {}
    : { content: [stanza('result', {}, Buffer.from(JSON.stringify(told)))] };
}

async function answerOf(world: World, account: Account, connection: Connection, node: BinaryNode): Promise<Answer> {
  const [first] = childrenOf(node);
  switch (`${node.attrs['xmlns']} ${first?.tag}`) {
    case 'encrypt count': return { content: [stanza('count', { value: String(account.preKeys) })] };
    case 'encrypt registration': account.keep(node); return {};
    case 'encrypt rotate': account.rotate(childOf(first, 'skey')); return {};
    case 'encrypt key': return bundles(world, node);
    case 'encrypt digest': return { content: [stanza('digest')], after: () => account.caughtUp(connection) };
    case 'usync usync': return usync(world, account, node);
    case 'w:sync:app:state sync': return appState(node);
    case 'w:m media_conn': return mediaHosts(world);
    case 'w:mex query': return graph(node);
    case 'abt props': return { content: [stanza('props')] };
    case 'blocklist undefined': return { content: [stanza('list')] };
    case 'privacy privacy': return { content: [stanza('privacy', {},
      [stanza('category', { name: 'readreceipts', value: 'all' })])] };
    case 'privacy tokens': return { content: [stanza('tokens')] };
    case 'md remove-companion-device': return { after: () => {
      account.removed();
      connection.end();
    } };
    default: return {};
  }
}

/** Answers a query of a client that is logged in. */
export async function answerQuery(world: World, account: Account, connection: Connection, node: BinaryNode):
Promise<void> {
  const { content, after } = await answerOf(world, account, connection, node);
  connection.send(stanza('iq', { id: node.attrs['id'], type: 'result', from: 's.whatsapp.net' }, content));
  after?.();
}

/** Takes a message of the client to the phones it is for, and says so: the phones first, then the server's word. */
export async function relay(world: World, account: Account, connection: Connection, node: BinaryNode): Promise<void> {
  const { id = '', to = '', category } = node.attrs;
  const isOwn = category === 'peer' || world.phoneOf(to) === account.handset;
  const code = isOwn ? undefined : account.nextNack();
  const direct = childrenOf(node, 'enc').map((enc) => ({ jid: to, enc }));
  const parts = childrenOf(childOf(node, 'participants'), 'to').flatMap((one) =>
    childrenOf(one, 'enc').map((enc) => ({ jid: one.attrs['jid'] ?? '', enc })));
  const answers: (() => void)[] = [];
  for (const { jid, enc } of code === undefined ? [...parts, ...direct] : []) {
    const phone = world.phoneOf(jid);
    if (phone !== undefined && bytesOf(enc).length > 0) answers.push(await phone.receive(account, id, enc, jid));
  }
  connection.send(stanza('ack', { class: 'message', id, from: to, t: String(Math.floor(Date.now() / 1_000)),
    error: code === undefined ? undefined : String(code) }));
  for (const answer of answers) answer();
}

/** Receipts that are no sign of having a message: it was confirmed before, or could not be read. */
const LATER = new Set(['read', 'read-self', 'played', 'retry', 'server-error', 'hist_sync']);

/** What the client says of messages it got. */
export function takeReceipt(world: World, account: Account, connection: Connection, node: BinaryNode): void {
  const { id, to, recipient, type } = node.attrs;
  if (!LATER.has(type ?? '')) account.confirm('message', id, to ?? recipient);
  const phone = world.phoneOf(type === 'sender' ? undefined : to) ?? account.handset;
  phone.heard(account, node);
  connection.send(stanza('ack', { class: 'receipt', id, from: to, type }));
}
