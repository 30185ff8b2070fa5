/**
 * The words of the server's contract as the screens use them: types only, so that no schema code reaches the browser.
 */
import type { PROTOCOL_VERSION as Version } from '../../../protocol.ts';

export type {
  Ack, DeskAnswers, DeskEvent, DeskRequest, DeskRequestName, DeskServerEvents, Hello, Snapshot, Watcher,
} from '../../../protocol.ts';
export type {
  AgentView, AttachmentView, ContactView, DocumentationForm, InteractionView, MentionView, MessageView, OfferView,
  PresenceName,
    TicketView,
} from '../../../views.ts';

/** The protocol this desk speaks; does not compile when protocol.ts has gone on. */
export const protocolVersion: typeof Version = 2;
