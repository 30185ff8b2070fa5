/** Whom a note being written calls: kept per conversation until it is sent, and only while their name stands in it. */
import type { Colleague } from './useSuggestions.ts';

const called = new Map<string, Map<string, string>>();

/** The colleague was chosen for the note of this conversation. */
export function rememberMention(conversationId: string, colleague: Colleague): void {
  const names = called.get(conversationId) ?? new Map<string, string>();
  called.set(conversationId, names.set(colleague.id, colleague.name));
}

/** The ids of those chosen whose name the text still holds; forgets them all. */
export function takeMentions(conversationId: string, text: string): string[] {
  const names = called.get(conversationId) ?? new Map<string, string>();
  called.delete(conversationId);
  return [...names].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
}
