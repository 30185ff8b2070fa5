/** Everything that passes over the socket of a customer (namespace /chat), both ways; used by server and widget. */

export type Locale = 'id' | 'en';
export type Words = Record<Locale, string>;
export type FieldRule = 'off' | 'optional' | 'required';
export type FormField = 'name' | 'phone' | 'email' | 'topic';
export type Form = Partial<Record<FormField, string>>;

/** What a browser may know of an account before it connects. */
export interface PublicSettings {
  account: string;
  title: Words;
  status: Words;
  welcome: Words;
  form: Record<FormField, FieldRule>;
  topics: string[];
  fileBytes: number;
  filesPerMessage: number;
  textChars: number;
}

export interface ChatFile {
  fileId: string;
  fileName: string;
  mediaType: string;
  sizeBytes: number;
}

export interface ChatButton {
  text: string;
  url?: string;
}

export interface ChatMessage {
  id: string;
  seq: number;
  from: 'customer' | 'agent' | 'bot' | 'system';
  author: string | null;
  /** text, image, document ...; of the system: a code that the widget translates. */
  kind: string;
  text: string | null;
  files: ChatFile[];
  /** The widget's own id of what this customer wrote. */
  clientId: string | null;
  at: string;
  deleted: boolean;
  edited: boolean;
  /** Rows of buttons under it: a tap is the customer's answer, an address opens a page. */
  buttons?: ChatButton[][];
}

export interface ChatState {
  interactionId: string | null;
  open: boolean;
  /** Place in the queue and what it may take; null when not waiting. */
  waiting: { position: number; minutes: number } | null;
  agentName: string | null;
  /** It is over, an agent had it, and nobody rated it yet. */
  rateable: boolean;
}

export interface Page {
  messages: ChatMessage[];
  more: boolean;
}

/** The handshake's `auth`. */
export interface ChatHandshake {
  account: string;
  token?: string;
  /** The newest seq the widget holds. */
  after?: number;
  /** Who the host site says this is; believed only if `hash` is the hex HMAC-SHA256(identity secret, userId). */
  identity?: { userId: string; hash: string; name?: string; email?: string; phone?: string };
}

export interface ChatHello {
  token: string;
  identity: 'verified' | 'refused' | null;
  /** The thread is not the one the widget holds, or too far ahead: drop what is shown and take the page. */
  reset: boolean;
  page: Page;
  state: ChatState;
  settings: PublicSettings;
}

export interface ChatServerEvents {
  hello: (hello: ChatHello) => void;
  messages: (batch: { messages: ChatMessage[] }) => void;
  state: (state: ChatState) => void;
  typing: (typing: { typing: boolean }) => void;
  /** The server ends the connection; `retry` says whether to come back by itself. */
  refused: (reason: { code: string; retry: boolean }) => void;
}

export type ChatAck<T> = { ok: true; data: T } | { ok: false; code: string; details?: Record<string, unknown> };

export interface ChatRequests {
  /** `answers`: the message whose button said this. */
  'message:send': { clientId: string; text: string; fileIds: string[]; form?: Form; answers?: string };
  'chat:seen': { delivered: number; read: number };
  'chat:typing': { typing: boolean };
  'chat:before': { before: number };
  'chat:end': Record<string, never>;
  'chat:rate': { score: number; comment?: string };
}

export interface ChatAnswers {
  'message:send': { messageId: string | null; seq: number | null };
  'chat:seen': null;
  'chat:typing': null;
  'chat:before': Page;
  'chat:end': null;
  'chat:rate': null;
}
