/** The generic channel: any system brings messages in by a signed webhook and gets the replies by a signed callback. */
import type { Channel } from '#channels/channel.ts';
import { limits } from '#domain/limits.ts';
import { readBody } from './read.ts';
import { sendCallback } from './send.ts';
import { checkSignature, SIGNATURE_HEADER } from './signature.ts';

export const generic: Channel = {
  name: 'generic',
  reportName: 'GENERIC',
  medium: 'MESSAGING',
  flow: 'social',
  capabilities: {
    attachments: false,
    typing: false,
    readReceipts: true,
    edits: true,
    replies: true,
    rating: true,
    buttons: false,
    askContact: false,
    editSent: false,
    recallSent: false,
    react: false,
    deduplicates: false,
  },
  limits: { textChars: limits.messageTextChars, fileBytes: 0, sendsPerSecond: 50 },
  setup: [
    {
      name: 'secret',
      kind: 'secret',
      required: true,
      generated: true,
      label: { id: 'Rahasia penandatanganan', en: 'Signing secret' },
      help: {
        id: 'Menandatangani webhook masuk dan callback keluar. Kosongkan agar dibuat oleh server.',
        en: 'Signs incoming webhooks and outgoing callbacks. Leave empty to have the server make one.',
      },
    },
    {
      name: 'previousSecret',
      kind: 'secret',
      label: { id: 'Rahasia sebelumnya', en: 'Previous secret' },
      help: {
        id: 'Tetap berlaku selama pergantian rahasia; hapus setelahnya.',
        en: 'Stays valid while secrets change; clear it afterwards.',
      },
    },
    {
      name: 'callbackUrl',
      kind: 'url',
      label: { id: 'URL callback untuk balasan', en: 'Callback URL for replies' },
      help: {
        id: 'Host harus terdaftar di EGRESS_ALLOW. Tanpa URL ini, balasan gagal dengan alasan NO_CALLBACK.',
        en: 'Its host must be in EGRESS_ALLOW. Without this URL, replies fail with reason NO_CALLBACK.',
      },
    },
  ],
  verify: (request, _account, secret) =>
    request.method === 'POST'
      ? checkSignature(
          request.headers[SIGNATURE_HEADER],
          request.body,
          [secret('secret'), secret('previousSecret')],
          request.nowSeconds,
        )
      : { ok: false, code: 'NOT_FOUND' },
  parse: (request) => readBody(request.body),
  send: (host, message) => sendCallback(host, message),
};
