/** Whom a note being written calls: kept with its draft until it is sent, and only while their name stands in it. */
import type { Draft, Drafts, Mention } from '../lib/drafts.ts';
import { serverNow } from '../lib/now.ts';

/** The colleague was chosen for the note of this conversation. */
export function rememberMention(drafts: Drafts, conversationId: string, { id, name }: Mention): void {
  const others = drafts.get(conversationId).mentions.filter((each) => each.id !== id);
  drafts.set(conversationId, { mentions: [...others, { id, name }] }, serverNow());
}

/** Those chosen whose name the note still holds. */
export function mentionsOf({ note, mentions }: Draft): Mention[] {
  return mentions.filter(({ name }) => note.includes(`@${name}`));
}
