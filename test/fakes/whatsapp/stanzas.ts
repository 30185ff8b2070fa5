/** What every part of the fake needs of stanzas and jids, and waiting for a fact. */
import { randomBytes } from 'node:crypto';
import { getAllBinaryNodeChildren, getBinaryNodeChild, jidDecode, type BinaryNode } from '@whiskeysockets/baileys';

/** Attributes of a stanza; undefined ones are left out. */
export type Attrs = Record<string, string | undefined>;

export const SERVER_JID = 's.whatsapp.net';

export function stanza(tag: string, attrs: Attrs = {}, content?: BinaryNode['content']): BinaryNode {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attrs)) if (value !== undefined) kept[name] = value;
  return content === undefined ? { tag, attrs: kept } : { tag, attrs: kept, content };
}

/** The children of a stanza; with a tag only those. */
export function childrenOf(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  const all = node === undefined ? [] : getAllBinaryNodeChildren(node);
  return tag === undefined ? all : all.filter((child) => child.tag === tag);
}

export function childOf(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return getBinaryNodeChild(node, tag);
}

/** The bytes in a stanza; empty where there are none. */
export function bytesOf(node: BinaryNode | undefined): Buffer {
  const content = node?.content;
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.alloc(0);
}

/** The digits before the device and the server of a jid. */
export function userOf(jid: string | undefined): string {
  return jidDecode(jid)?.user ?? '';
}

export function pnJid(pn: string): string {
  return `${pn}@${SERVER_JID}`;
}

export function lidJid(lid: string): string {
  return `${lid}@lid`;
}

export function nowSeconds(): string {
  return String(Math.floor(Date.now() / 1_000));
}

/** An id as phones make them. */
export function newMessageId(): string {
  return `3A${randomBytes(9).toString('hex').toUpperCase()}`;
}

const POLL_MS = 10;

/** Waits until `probe` gives something; rejects with what it waited for. */
export async function until<T>(what: string, probe: () => T | undefined, withinMs = 10_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
  }
}
