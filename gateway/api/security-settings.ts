/** /api/security-settings: who must use an authenticator; and the kept heads of the journal's seals (RA05, RA08). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { Config } from '../config.ts';
import { ifMatch } from '../security/plugin.ts';
import { mustEnrol, policyOf, twoFactorPolicies, type RuleFacts } from '../security/second-step.ts';
import type { UserRow } from '../security/session-statements.ts';
import type { Sessions } from '../security/sessions.ts';
import { endUnenrolled } from '../security/unenrolled.ts';
import { keptHeads } from '../seal-heads.ts';

export interface SettingsParts {
  work: Work;
  config: Pick<Config, 'dataDir'>;
  sessions: Pick<Sessions, 'check' | 'exemptsDemo'>;
}

const policy = z.enum(twoFactorPolicies);
const view = z.object({ twoFactor: policy, version: z.number().int(), enrolled: z.number().int(),
  /** Active users whom the rule asks for an authenticator and who have none yet. */
  missing: z.number().int(),
  /** Invented people on a start that serves this machine alone: only here OPTIONAL can be chosen. */
  demo: z.boolean() });

const readRule = statement('security.rule', `select settings->>'twoFactor' as policy,
  coalesce((settings->>'demo')::boolean, false) as demo, version from organisations where id = $1`);
const writePolicy = statement('security.set-policy', `update organisations
  set settings = settings || jsonb_build_object('twoFactor', $2::text), version = version + 1
  where id = $1 and version = $3 returning version`);
const people = statement('security.people', `select coalesce((select jsonb_agg(jsonb_build_object('rank', r.rank,
      'permissions', to_jsonb(r.permissions))) from user_roles g join roles r on r.id = g.role_id
      where g.user_id = u.id and g.organisation_id = u.organisation_id), '[]') as roles,
    exists (select from two_factors f where f.organisation_id = u.organisation_id and f.user_id = u.id
      and f.confirmed_at is not null) as enrolled
  from users u where u.organisation_id = $1 and u.status = 'ACTIVE'`);

async function ruleOf(work: Work, organisationId: string): Promise<RuleFacts & { version: number }> {
  const row = await work.db.one<RuleFacts & { version: number }>(readRule, [organisationId]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return row;
}

async function present({ work, sessions }: SettingsParts, organisationId: string): Promise<z.output<typeof view>> {
  const rule = await ruleOf(work, organisationId);
  const holds = policyOf(rule, sessions.exemptsDemo);
  const users = await work.db.rows<{ roles: UserRow['roles']; enrolled: boolean }>(people, [organisationId]);
  return { twoFactor: holds, version: rule.version, enrolled: users.filter((one) => one.enrolled).length,
    missing: users.filter((one) => !one.enrolled && mustEnrol(holds, one.roles)).length,
    demo: rule.demo && sessions.exemptsDemo };
}

/** The routes of the rules of sign-in, and GET /api/journal/seal-heads. */
export function securitySettingsApi(parts: SettingsParts): FastifyPluginAsyncZod {
  const { work, sessions } = parts;
  const config = { permission: 'security.manage', peopleOnly: true } as const;
  return async (app) => {
    app.get('/api/security-settings', { config, schema: { response: { 200: view } } },
      async ({ user }) => present(parts, user.organisationId));
    app.patch('/api/security-settings', { config: { ...config, stepUp: true },
      schema: { body: z.strictObject({ twoFactor: policy }), response: { 200: view } } }, async (request) => {
      const { user, body } = request;
      const version = ifMatch(request);
      const { demo } = await ruleOf(work, user.organisationId);
      if (body.twoFactor === 'OPTIONAL' && !(demo && sessions.exemptsDemo)) {
        throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'twoFactor', code: 'demo_only' }] });
      }
      await work.db.transaction(async (tx) => {
        const done = await tx.rows(writePolicy, [user.organisationId, body.twoFactor, version]);
        if (done.length === 0) throw new AppError('VERSION_CONFLICT');
        await endUnenrolled(tx, { organisationId: user.organisationId, exemptsDemo: sessions.exemptsDemo,
          except: request.session?.sessionId });
        await appendJournal(tx, [{ type: 'configuration.updated', subjectType: 'organisation',
          subjectId: user.organisationId, actor: { kind: 'USER', id: user.id },
          scope: { organisationId: user.organisationId }, version: version + 1,
          data: { noun: 'security-settings', changed: ['twoFactor'], to: body.twoFactor } }]);
        tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
      });
      await sessions.check();
      return present(parts, user.organisationId);
    });
    app.get('/api/journal/seal-heads', { config: { permission: 'audit.read' },
      schema: { response: { 200: z.object({ items: z.array(z.object({ day: z.string(), block: z.string(),
        hmac: z.string() })) }) } } },
    async () => ({ items: await keptHeads(parts.config.dataDir) }));
  };
}
