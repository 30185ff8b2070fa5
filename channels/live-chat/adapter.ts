/** The own web chat: a visitor in a browser, over the namespace /chat; its messages go through the house like any other. */
import type { Channel } from '#channels/channel.ts';
import { limits } from '#domain/limits.ts';

export const liveChat: Channel = {
  name: 'live-chat',
  reportName: 'LIVE_CHAT',
  medium: 'CHAT',
  flow: 'live-chat',
  capabilities: {
    attachments: true, typing: true, readReceipts: true, edits: false, replies: false, rating: true, deduplicates: true,
  },
  limits: { textChars: limits.messageTextChars, fileBytes: limits.fileBytes, sendsPerSecond: 200 },
  setup: [],
  // The visitor's browser fetches what is committed, so that a message is sent as soon as its status says so.
  send: async (_host, message) => ({ kind: 'sent', providerMessageId: message.id }),
};
