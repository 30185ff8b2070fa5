/** Which server an account talks to: WhatsApp, or one of our own for tests and for trying the desk. */
import type { ChannelHost } from '#channels/channel.ts';

const WHATSAPP = 'wss://web.whatsapp.com/ws/chat';

export interface Server {
  url: string;
  /** Loopback: times are short there and nobody is shut off for haste. */
  isOwn: boolean;
  /** The client's version, where an administrator sets one; else the library's own. */
  version: [number, number, number] | null;
}

function versionOf(setting: unknown): Server['version'] {
  const parts = typeof setting === 'string' ? /^(\d+)\.(\d+)\.(\d+)$/.exec(setting.trim()) : null;
  return parts === null ? null : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

/** The account's server; undefined where EGRESS_ALLOW does not name the host that an administrator wrote. */
export function serverOf(host: Pick<ChannelHost, 'account' | 'agent'>): Server | undefined {
  const { settings } = host.account;
  const given = settings['serverUrl'];
  const version = versionOf(settings['clientVersion']);
  if (typeof given !== 'string' || given === '') return { url: WHATSAPP, isOwn: false, version };
  try {
    host.agent(given).destroy();
  } catch {
    return undefined;
  }
  const url = new URL(given);
  const isOwn = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/ws/chat';
  return { url: url.href, isOwn, version };
}
