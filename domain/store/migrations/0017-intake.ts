/** Seventeenth migration: no foreign keys between the rows that one statement of intake writes together. */
import { Migration } from '@mikro-orm/migrations';

// Each such key asked PostgreSQL, for every first message, after a row written a moment before in the same statement,
// and locked it: six looks of 30 us for one customer. inbound_events.resolved_by queued a look for every message
// though it is empty for all but replays. test/domain/schema looks for rows that point into the void instead.

export class Intake extends Migration {
  override up(): void {
    this.addSql(`
alter table contact_points drop constraint if exists contact_points_contact_id_fkey;
alter table conversations drop constraint if exists conversations_contact_point_id_fkey;
alter table tickets drop constraint if exists tickets_contact_id_fkey;
alter table interactions drop constraint if exists interactions_conversation_id_fkey;
alter table interactions drop constraint if exists interactions_ticket_id_fkey;
alter table segments drop constraint if exists segments_interaction_id_fkey;
alter table inbound_events drop constraint if exists inbound_events_resolved_by_fkey;
`);
  }
}
