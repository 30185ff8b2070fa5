/** Every word of the desk in Indonesian, the language it speaks first; en.ts holds the same keys. */
import { idComfort } from './id-comfort.ts';
import { idConversation } from './id-conversation.ts';
import { idAccess } from './id-access.ts';
import { idMessage } from './id-message.ts';
import { idReply } from './id-reply.ts';
import { idShell } from './id-shell.ts';
import { idWhatsApp } from './id-whatsapp.ts';
import { idWork } from './id-work.ts';

export const id = { ...idShell, ...idAccess, ...idComfort, ...idConversation, ...idReply, ...idMessage,
  ...idWork, ...idWhatsApp } as const;

/** The same keys, any words: what another language has to fill. */
export type Words<T> = { readonly [K in keyof T]: T[K] extends string ? string : Words<T[K]> };
