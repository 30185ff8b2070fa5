/**
 * Ends the sessions that lack an authenticator where the rule now asks for one: after the rule became stricter, after a
 * role gained far-reaching rights, and at the first start that serves others than this machine (RA05, RS06).
 */
import { statement, type Queryable } from '#domain/store/db.ts';
import { mustEnrol, policyOf, type RuleFacts } from './second-step.ts';
import type { UserRow } from './session-statements.ts';

interface OpenRow extends RuleFacts { id: string; roles: UserRow['roles'] }

/** Users with a session that saw no second factor, who have no authenticator. $1 organisation or null, $2 spared. */
const openWithout = statement('unenrolled.open', `select u.id, o.settings->>'twoFactor' as policy,
    coalesce((o.settings->>'demo')::boolean, false) as demo,
    coalesce((select jsonb_agg(jsonb_build_object('rank', r.rank, 'permissions', to_jsonb(r.permissions)))
      from user_roles g join roles r on r.id = g.role_id and r.organisation_id = g.organisation_id
      where g.user_id = u.id and g.organisation_id = u.organisation_id), '[]') as roles
  from users u join organisations o on o.id = u.organisation_id
  where ($1::uuid is null or u.organisation_id = $1) and not exists (select from two_factors f
      where f.organisation_id = u.organisation_id and f.user_id = u.id and f.confirmed_at is not null)
    and exists (select from sessions s where s.user_id = u.id and s.revoked_at is null and s.expires_at > app_now()
      and not s.second_factor and ($2::bytea is null or s.id_hash <> $2))`);
const endThem = statement('unenrolled.end', `update sessions set revoked_at = app_now(),
    revoke_reason = 'TWO_FACTOR_REQUIRED'
  where user_id = any($1::uuid[]) and revoked_at is null and not second_factor
    and ($2::bytea is null or id_hash <> $2) returning id_hash`);

export interface UnenrolledOptions {
  /** One organisation; all of them without it. */
  organisationId?: string;
  /** Sessions.exemptsDemo of this node. */
  exemptsDemo: boolean;
  /** The session that asked for the change goes on. */
  except?: string | undefined;
}

/** Ends them in the caller's transaction and gives how many; the caller hints `sessions` after the commit. */
export async function endUnenrolled(db: Pick<Queryable, 'rows'>, options: UnenrolledOptions): Promise<number> {
  const spared = options.except === undefined ? null : Buffer.from(options.except, 'hex');
  const rows = await db.rows<OpenRow>(openWithout, [options.organisationId ?? null, spared]);
  const ids = rows.filter((row) => mustEnrol(policyOf(row, options.exemptsDemo), row.roles)).map((row) => row.id);
  return ids.length === 0 ? 0 : (await db.rows(endThem, [ids, spared])).length;
}
