/** Leading whoever writes to the reply of a conversation, which may not be drawn yet. */

const name = 'sambung:reply';
let asked: string | null = null;

/** Puts the keyboard into the reply box that is there; with a conversation, into that one's as soon as it is drawn. */
export function askReply(conversationId: string | null = null): void {
  asked = conversationId;
  window.dispatchEvent(new CustomEvent(name, { detail: conversationId }));
}

/** Has `focus` called when this conversation's reply is asked for, also if that was before. Returns the way to stop. */
export function onReplyAsked(conversationId: string, focus: () => void): () => void {
  const hear = (event: Event): void => {
    const wanted = (event as CustomEvent<string | null>).detail;
    if (wanted !== null && wanted !== conversationId) return;
    asked = null;
    focus();
  };
  if (asked === conversationId) hear(new CustomEvent(name, { detail: conversationId }));
  window.addEventListener(name, hear);
  return () => { window.removeEventListener(name, hear); };
}
