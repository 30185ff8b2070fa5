/** Every word of the desk in English, the second language; the compiler asks for each key of id.ts. */
import { enComfort } from './en-comfort.ts';
import { enConversation } from './en-conversation.ts';
import { enShell } from './en-shell.ts';
import type { id, Words } from './id.ts';

export const en: Words<typeof id> = { ...enShell, ...enComfort, ...enConversation };
