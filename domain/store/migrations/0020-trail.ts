/** Twentieth migration: what the audit trail is filtered by, and as little as can be for each message. */
import { Migration } from '@mikro-orm/migrations';

// The list of the trail walks back from the newest row. What happens with every customer is found within some rows, so
// journal_types and journal_subject_types leave it out: an index over it would be paid for by each message. What the
// index leaves out must be what is left out here for good: a query is matched to it by the letter. A period needs no
// index, for rows lie almost in the order of their time (domain/journal/period.ts).

const INDEXES: Readonly<Record<string, string>> = {
  journal_actor: '(actor_id, epoch, xid, id) where actor_id is not null',
  journal_types: `(type, epoch, xid, id)
    where type <> all (array['message.received', 'message.queued', 'message.status-changed', 'contact.created',
      'conversation.created', 'interaction.queued', 'interaction.offered', 'interaction.accepted',
      'interaction.answered', 'interaction.documented', 'interaction.closed', 'interaction.read', 'ticket.opened'])`,
  journal_subject_types: `(subject_type, epoch, xid, id)
    where subject_type <> all (array['message', 'conversation', 'interaction', 'ticket', 'contact'])`,
  journal_bots: `(epoch, xid, id) where actor_kind = 'BOT'`,
};

export class Trail extends Migration {
  /** Built beside the work: the release before goes on writing its journal meanwhile. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const [name, over] of Object.entries(INDEXES)) {
      // What a step that was cut off left behind is of no use to anybody.
      this.addSql(`drop index concurrently if exists ${name}`);
      this.addSql(`create index concurrently ${name} on journal ${over}`);
    }
  }
}
