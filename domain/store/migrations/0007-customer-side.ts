/** Seventh migration: whose upload a customer's file is before a message carries it. */
import { Migration } from '@mikro-orm/migrations';

export class CustomerSide extends Migration {
  override up(): void {
    this.addSql(`
alter table files add column channel_account_id uuid references channel_accounts, add column handle_hash bytea;
`);
  }
}
