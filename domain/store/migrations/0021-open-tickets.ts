/** Twenty-first migration: the tickets that are open, newest first, among years of closed ones. */
import { Migration } from '@mikro-orm/migrations';

export class OpenTickets extends Migration {
  /** Built beside the work: the release before goes on opening and closing tickets meanwhile. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    // What a step that was cut off left behind is of no use to anybody.
    this.addSql('drop index concurrently if exists tickets_open');
    this.addSql(`create index concurrently tickets_open on tickets (organisation_id, opened_at, id)
      where state <> 'OOT_COMPLETE' and state <> 'CLOSED'`);
  }
}
