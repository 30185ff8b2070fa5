/**
 * WhatsApp: one channel, two providers. `device`: a number of the company's own, linked as a further device of its
 * phone (Baileys). `cloud`: the official Cloud API. Without an account of the first kind nothing of it is loaded.
 */
import type { Capabilities, Channel, ChannelHost, RunningChannel } from '#channels/channel.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import type * as linkedDevice from './baileys/provider.ts';
import * as cloud from './cloud/provider.ts';
import { parseHook, verifyHook } from './cloud/webhook.ts';
import { setup } from './setup.ts';

let device: typeof linkedDevice | undefined;

function isCloud({ settings }: Pick<AccountView, 'settings'>): boolean {
  return settings['provider'] === 'cloud';
}

/** The provider of linked devices, loaded when the first of its accounts starts. */
async function linked(): Promise<typeof linkedDevice> {
  device ??= await import('./baileys/provider.ts');
  return device;
}

async function start(host: ChannelHost): Promise<RunningChannel> {
  return isCloud(host.account) ? cloud.start(host) : (await linked()).start(host);
}

/** What a linked device can do. */
const capabilities: Capabilities = { attachments: true, typing: true, readReceipts: true, edits: true, replies: true,
  rating: false, buttons: false, askContact: false, editSent: true, recallSent: true, react: true,
  deduplicates: false };
/** What Meta's Cloud API has no call for. */
const notByCloud = { typing: false, readReceipts: false, editSent: false, recallSent: false } as const;

export const whatsapp: Channel = {
  name: 'whatsapp',
  reportName: 'WHATSAPP',
  medium: 'MESSAGING',
  flow: 'whatsapp',
  capabilities,
  capabilitiesOf: (account) => (isCloud(account) ? { ...capabilities, ...notByCloud } : capabilities),
  limits: { textChars: 4_096, fileBytes: limits.fileBytes, sendsPerSecond: 20, recallHours: 48 },
  setup,
  providerHosts: ['graph.facebook.com', 'lookaside.fbsbx.com'],
  verify: (request, account, secret) => (isCloud(account) ? verifyHook(request, secret)
    : { ok: false, code: 'NOT_FOUND' }),
  parse: (request, account) => parseHook(request, account),
  send: async (host, message, signal) => (isCloud(host.account) ? cloud.send(host, message, signal)
    : (await linked()).send(host, message)),
  change: async (host, wish, signal) => (isCloud(host.account) ? cloud.change(host, wish, signal)
    : (await linked()).change(host, wish)),
  reactions: ['\u{1F44D}', '\u2764', '\u{1F64F}', '\u{1F44C}', '\u{1F44F}', '\u{1F389}', '\u{1F622}', '\u{1F914}'],
  start,
  pull: async (host, file, signal) => (isCloud(host.account) ? cloud.pull(host, file, signal)
    : (await linked()).pull(host, file)),
  hasSession: (account) => !isCloud(account),
  holds: (host) => isCloud(host.account) || device?.holds(host) === true,
  // A phone's WhatsApp takes 65,536 characters, more than any message of ours has.
  limitsOf: (account) => (isCloud(account) ? { sendsPerSecond: 80 }
    : { sendsPerSecond: 20, textChars: limits.messageTextChars }),
  windowHoursOf: (account) => (isCloud(account) ? 24 : undefined),
  templates: async (host) => (isCloud(host.account) ? cloud.templates(host) : []),
  changed(host, { handle, type }) {
    if (type === 'interaction.read' && !isCloud(host.account)) void device?.markRead(host, handle);
  },
  agentTyping(host, handle, isTyping) {
    if (!isCloud(host.account)) device?.agentTyping(host, handle, isTyping);
  },
};
