/** Nineteenth migration: an agent who escalates leaves the documentation as far as it is filled in (C9). */
import { Migration } from '@mikro-orm/migrations';

// A form without category, outcome or summary is somebody's part on the way, not the form that lets a ticket close
// (C10).

export class OwnPart extends Migration {
  override up(): void {
    this.addSql(`
alter table documentations alter column category_id drop not null, alter column outcome_code drop not null;
`);
  }
}
