/** Every word of the desk in English, the second language; the compiler asks for each key of id.ts. */
import { enComfort } from './en-comfort.ts';
import { enConversation } from './en-conversation.ts';
import { enAccess } from './en-access.ts';
import { enMessage } from './en-message.ts';
import { enReply } from './en-reply.ts';
import { enShell } from './en-shell.ts';
import { enWhatsApp } from './en-whatsapp.ts';
import { enWork } from './en-work.ts';
import type { id, Words } from './id.ts';

export const en: Words<typeof id> = { ...enShell, ...enAccess, ...enComfort, ...enConversation, ...enReply, ...enMessage,
  ...enWork, ...enWhatsApp };
