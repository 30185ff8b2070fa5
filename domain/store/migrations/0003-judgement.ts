/** Third migration: what routing keeps of an interaction's breach, and the index its presence sweep reads. */
import { Migration } from '@mikro-orm/migrations';

export class Judgement extends Migration {
  override up(): void {
    this.addSql(`
alter table interactions add column first_breached_at timestamptz;
create index agent_states_present on agent_states (organisation_id, presence) where presence <> 'OFFLINE';
create index interactions_without_queue on interactions (organisation_id) where state = 'QUEUED' and queue_id is null;
`);
  }
}
