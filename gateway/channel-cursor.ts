/** What an adapter must not forget over a restart: small values by name, per channel account. */
import type { ChannelHost } from '#channels/channel.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { statement, type Db } from '#domain/store/db.ts';

const get = statement(
  'hosts.cursor-get',
  `
select value from cursors where organisation_id = $1 and channel_account_id = $2 and name = $3`,
);
const put = statement(
  'hosts.cursor-put',
  `
insert into cursors (organisation_id, channel_account_id, name, value) values ($1, $2, $3, $4)
on conflict (organisation_id, channel_account_id, name) do update set value = excluded.value, updated_at = app_now()`,
);
const drop = statement(
  'hosts.cursor-drop',
  `
delete from cursors where organisation_id = $1 and channel_account_id = $2 and name = $3`,
);

/** The cursor half of a ChannelHost. */
export function accountCursor(db: Db, account: AccountView): ChannelHost['cursor'] {
  const key = [account.organisationId, account.id];
  return {
    get: async (name) => (await db.one<{ value: string }>(get, [...key, name]))?.value,
    put: async (name, value) => {
      await (value === null ? db.rows(drop, [...key, name]) : db.rows(put, [...key, name, value]));
    },
  };
}
