/** Sixth migration: what reading, the fan-out and the seals look things up by. */
import { Migration } from '@mikro-orm/migrations';

export class Reading extends Migration {
  override up(): void {
    this.addSql(`
create index if not exists interactions_conversation on interactions (conversation_id, date_origin);
create index journal_rights on journal (organisation_id, at)
  where type in ('user.roles-changed', 'user.updated', 'role.updated', 'queue.updated');
create index contacts_organisation on contacts (organisation_id, created_at, id);
create index tickets_organisation on tickets (organisation_id, opened_at, id);
`);
  }
}
