/**
 * Channel accounts: settings by the channel's own form, credentials write-only; only their last 4 characters are
 * shown (RS03).
 */
import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel, SetupField } from '#channels/channel.ts';
import { ruleProblem, wrongPart } from '#domain/channels/field-rule.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { ChannelAccountEntity } from '#domain/channels/entities.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { idempotent } from '../security/idempotency.ts';
import { ifMatch } from '../security/plugin.ts';
import { requireStepUp } from '../security/step-up.ts';
import type { SecretStore } from '../security/secret-store.ts';
import type { Session } from '../security/sessions.ts';
import {
  atVersion, listRows, nameText, oneRow, pageOf, pageQuery, record, requireOwn, type AdminParts, type Noun, type Values,
} from './crud.ts';

export interface AccountParts extends AdminParts {
  channels: ReadonlyMap<string, Channel>;
  secrets: SecretStore;
}

const id = z.uuid();
const status = z.enum(['ACTIVE', 'DISABLED', 'NEEDS_ATTENTION']);
const settings = z.record(z.string().max(64), z.union([z.string().max(4_000), z.number(), z.boolean(), z.null()]));
const secretValues = z.record(z.string().max(64), z.string().min(1).max(8_000).nullable());
const hint = z.object({ set: z.literal(true), last4: z.string().nullable(), updatedAt: z.string() });
const accountView = z.object({
  id, channel: z.string(), key: z.string(), name: z.string(), address: z.string().nullable(), queueId: id.nullable(),
    status,
  settings: z.record(z.string(), z.unknown()), version: z.number(),
});
const detailView = accountView.extend({
  /** Which secrets are set; their values never leave the server. */
  secrets: z.record(z.string(), hint),
});
const savedView = detailView.extend({
  /** Secrets the server made by this request, shown this once. */
  generated: z.record(z.string(), z.string()).optional(),
});
const address = z.string().trim().max(200).nullable();
const createBody = z.strictObject({
  channel: z.string().max(40), key: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/), name: nameText,
    address: address.optional(),
  queueId: id.nullish(), settings: settings.optional(), secrets: secretValues.optional(),
});
const patchBody = z.strictObject({
  name: nameText, address, queueId: id.nullable(), status: z.enum(['ACTIVE', 'DISABLED']), settings,
    secrets: secretValues,
  /** Names of generated secrets to make anew. */
  regenerate: z.array(z.string().max(64)).max(10),
}).partial();

const accounts: Noun = {
  path: 'channel-accounts', noun: 'channel-account', table: 'channel_accounts', entity: ChannelAccountEntity,
  columns: {
    id: 't.id', channel: 't.channel', key: 't.key', name: 't.name', address: 't.address', queueId: 't.queue_id',
    status: 't.status', settings: 't.settings', version: 't.version',
  },
  view: accountView, create: createBody, patch: patchBody, defaults: {}, sort: `lower(t.name)`,
    search: ['t.name', 't.key'],
  filters: {
    channel: { schema: z.string().max(40), column: 't.channel' }, status: { schema: status, column: 't.status' },
    queueId: { schema: id, column: 't.queue_id' },
  },
  read: 'channel.read', manage: 'channel.manage',
  journal: { created: 'channel-account.created', updated: 'channel-account.updated', subject: 'channel-account' },
  visible: (user) => (can(user, 'channel.read', { organisationId: user.organisationId }) ? 'true' : 'false'),
};

function refuse(path: string, code: string): never {
  throw new AppError('VALIDATION_FAILED', { issues: [{ path, code }] });
}

const KINDS: Record<Exclude<SetupField['kind'], 'secret' | 'qr' | 'code'>,
  (value: unknown, field: SetupField) => boolean> = {
  text: (value) => typeof value === 'string',
  url: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  choice: (value, field) => field.choices?.includes(value as string) === true,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
};

/** Refuses a value that does not look as the channel says, with its words in both languages. */
function requireRule({ rule }: SetupField, path: string, value: unknown): void {
  if (rule === undefined || typeof value !== 'string' || wrongPart(rule, value) === undefined) return;
  throw new AppError('VALIDATION_FAILED', { issues: [{ path, code: 'wrong_form',
    id: ruleProblem(rule, value, 'id'), en: ruleProblem(rule, value, 'en') }] });
}

/** Whether the form shows the field: some belong to one choice of another field only. */
function applies(field: SetupField, values: Values): boolean {
  return field.when === undefined || values[field.when.field] === field.when.value;
}

/**
 * Settings as the channel's form allows them: unknown names, wrong kinds and missing required ones are refused
 * (RS15).
 */
function checkSettings(channel: Channel, given: Values): Values {
  const fields = new Map(channel.setup.map((field) => [field.name, field]));
  const kept: Values = {};
  for (const [name, value] of Object.entries(given)) {
    const field = fields.get(name);
    if (field === undefined || field.kind === 'secret' || field.kind === 'qr'
      || field.kind === 'code') refuse(`settings.${name}`, 'unknown_field');
    if (value === null || value === '') continue;
    if (!KINDS[field.kind](value, field)) refuse(`settings.${name}`, `not_${field.kind}`);
    requireRule(field, `settings.${name}`, value);
    kept[name] = value;
  }
  for (const field of channel.setup) {
    if (field.required === true && applies(field, kept) && field.kind in KINDS
      && kept[field.name] === undefined) refuse(`settings.${field.name}`, 'required');
  }
  return kept;
}

/**
 * The addresses of the form that these settings change: there the account's credentials go, and what is said. An empty
 * one is the provider's own.
 */
function movedAddresses(channel: Channel, before: Values, given: Values | undefined): string[] {
  if (given === undefined) return [];
  return channel.setup.filter(({ kind, name }) => kind === 'url' && (given[name] ?? '') !== (before[name] ?? ''))
    .map(({ name }) => name);
}

interface SecretPlan { write: Record<string, string | null>; generated: Record<string, string> }

/**
 * What to write: the secrets given, those made by the server where left empty, and a check that no required one is
 * missing.
 */
function planSecrets(
  channel: Channel, given: Record<string, string | null>, have: ReadonlySet<string>, regenerate: readonly string[],
  values: Values,
): SecretPlan {
  const plan: SecretPlan = { write: { ...given }, generated: {} };
  const fields = channel.setup.filter((field) => field.kind === 'secret' && applies(field, values));
  for (const name of [...Object.keys(given), ...regenerate]) {
    if (!fields.some((field) => field.name === name)) refuse(`secrets.${name}`, 'unknown_field');
  }
  for (const field of fields) {
    const asked = regenerate.includes(field.name);
    requireRule(field, `secrets.${field.name}`, given[field.name]);
    if (asked && field.generated !== true) refuse(`secrets.${field.name}`, 'not_generated');
    const present = (have.has(field.name) && given[field.name] !== null) || typeof given[field.name] === 'string';
    if (asked || (field.generated === true && !present)) {
      const made = randomBytes(32).toString('base64url');
      plan.write[field.name] = made;
      if (field.ours !== true) plan.generated[field.name] = made;
    } else if (field.required === true && !present) {
      refuse(`secrets.${field.name}`, 'required');
    }
  }
  return plan;
}

function channelOf(parts: AccountParts, name: string): Channel {
  return parts.channels.get(name) ?? refuse('channel', 'unknown_channel');
}

function ownerOf(user: User, accountId: string): Parameters<SecretStore['getAll']>[0] {
  return { organisationId: user.organisationId, ownerKind: 'channel-account', ownerId: accountId };
}

function entryOf(user: User, accountId: string, version: number, changed?: string[]): JournalEntry {
  return {
    type: changed === undefined ? 'channel-account.created' : 'channel-account.updated', subjectType: 'channel-account',
    subjectId: accountId, actor: { kind: 'USER', id: user.id }, scope: { organisationId: user.organisationId }, version,
    ...(changed === undefined ? {} : { data: { changed } }),
  };
}

/** Accounts belong to the whole organisation: a right within a site or a team opens none. Throws FORBIDDEN. */
function requireEverywhere(user: User): void {
  if (!can(user, 'channel.manage', { organisationId: user.organisationId })) throw new AppError('FORBIDDEN');
}

const lockChannel = statement('channel-accounts.lock-channel',
  `select pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2, 8))`);
const otherAccounts = statement('channel-accounts.others', `select id, name from channel_accounts
  where organisation_id = $1 and channel = $2 and id <> $3 and status <> 'DISABLED' order by id`);

/**
 * Refuses an account that is at its provider who another active one is already; one at a time per channel, so that two
 * who save at once see each other. Throws CHANNEL_IDENTITY_TAKEN.
 */
async function refuseTwin(parts: AccountParts, tx: Pick<Queryable, 'rows'>, user: User, channel: Channel,
  accountId: string): Promise<void> {
  const identityOf = async (ofId: string): Promise<string | undefined> => {
    const secrets = await parts.secrets.getAll(ownerOf(user, ofId), tx);
    return channel.identityOf?.((name) => secrets[name]);
  };
  if (channel.identityOf === undefined) return;
  await tx.rows(lockChannel, [user.organisationId, channel.name]);
  const own = await identityOf(accountId);
  if (own === undefined) return;
  for (const other of await tx.rows<{ id: string; name: string }>(otherAccounts,
    [user.organisationId, channel.name, accountId])) {
    if (await identityOf(other.id) === own) throw new AppError('CHANNEL_IDENTITY_TAKEN', { account: other.name });
  }
}

type Saved = z.output<typeof savedView>;

async function saved(parts: AccountParts, user: User, accountId: string, generated: Record<string,
  string>): Promise<Saved> {
  const row = await oneRow(parts.work.db, accounts, user, accountId) as z.output<typeof accountView>;
  const secrets = await parts.secrets.hints(ownerOf(user, accountId));
  return { ...row, secrets, ...(Object.keys(generated).length === 0 ? {} : { generated }) };
}

async function create(parts: AccountParts, user: User, body: z.output<typeof createBody>): Promise<Saved> {
  requireEverywhere(user);
  const channel = channelOf(parts, body.channel);
  const plan = planSecrets(channel, body.secrets ?? {}, new Set(), [], body.settings ?? {});
  const accountId = newId();
  await parts.orm.write(async (em, tx) => {
    await requireOwn(tx, user, 'queues', 'queueId', body.queueId);
    em.create(ChannelAccountEntity, {
      id: accountId, organisationId: user.organisationId, channel: body.channel, key: body.key, name: body.name,
      address: body.address ?? null, queueId: body.queueId ?? null, status: 'ACTIVE',
      settings: checkSettings(channel, body.settings ?? {}), version: 1,
    });
    await em.flush();
    await parts.secrets.put(ownerOf(user, accountId), plan.write, tx);
    await refuseTwin(parts, tx, user, channel, accountId);
    await record(parts, tx, [entryOf(user, accountId, 1)]);
  });
  return saved(parts, user, accountId, plan.generated);
}

/**
 * Credentials, and addresses they are sent to, reach far; a name or a queue does not (RA05). Throws STEP_UP_REQUIRED,
 * FORBIDDEN for a program, and VERSION_CONFLICT, so that what was judged here is what is changed.
 */
async function requireProof(parts: AccountParts, session: Session, accountId: string, version: number,
  body: z.output<typeof patchBody>): Promise<void> {
  requireEverywhere(session.user);
  const before = await oneRow(parts.work.db, accounts, session.user, accountId);
  if (before['version'] !== version) throw new AppError('VERSION_CONFLICT', { version: before['version'] });
  const channel = channelOf(parts, String(before['channel']));
  const moved = movedAddresses(channel, before['settings'] as Values, body.settings);
  if (body.secrets === undefined && body.regenerate === undefined && moved.length === 0) return;
  await requireStepUp(parts.work, session);
}

async function change(
  parts: AccountParts, user: User, accountId: string, version: number, body: z.output<typeof patchBody>,
): Promise<Saved> {
  requireEverywhere(user);
  const { secrets, regenerate, settings: given, ...scalars } = body;
  const have = new Set(Object.keys(await parts.secrets.hints(ownerOf(user, accountId))));
  const generated = await parts.orm.write(async (em, tx) => {
    const before = await oneRow(tx, accounts, user, accountId);
    if (before['version'] !== version) throw new AppError('VERSION_CONFLICT', { version: before['version'] });
    const channel = channelOf(parts, String(before['channel']));
    const plan = planSecrets(channel, secrets ?? {}, have, regenerate ?? [],
      given ?? before['settings'] as Values);
    await requireOwn(tx, user, 'queues', 'queueId', body.queueId);
    const entity = await atVersion(em, ChannelAccountEntity, user, accountId, version);
    em.assign(entity, { ...scalars, ...(given === undefined ? {} : { settings: checkSettings(channel, given) }) });
    await em.flush();
    if (entity.version === version) {
      await tx.dynamic(`update channel_accounts set version = version + 1
        where organisation_id = $1 and id = $2 and version = $3`,
        [user.organisationId, accountId, version]);
    }
    await parts.secrets.put(ownerOf(user, accountId), plan.write, tx);
    const mayBeTwin = secrets !== undefined || body.status === 'ACTIVE';
    if (mayBeTwin && (body.status ?? before['status']) !== 'DISABLED') {
      await refuseTwin(parts, tx, user, channel, accountId);
    }
    const changed = [...Object.keys(body).filter((name) => name !== 'regenerate'),
      ...(regenerate ?? []).map((name) => `secret:${name}`),
      ...movedAddresses(channel, before['settings'] as Values, given).map((name) => `address:${name}`)];
    await record(parts, tx, [entryOf(user, accountId, version + 1, changed)]);
    return plan.generated;
  });
  return saved(parts, user, accountId, generated);
}

const byId = z.object({ id });

/** /api/channel-accounts and /api/channels (the setup forms of the registry). */
export function channelAccountsApi(parts: AccountParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/channels', {
      config: { permission: 'channel.read' },
      schema: { response: { 200: z.object({ items: z.array(z.object({
        name: z.string(), reportName: z.string(), medium: z.string(), capabilities: z.record(z.string(), z.boolean()),
        /** It takes webhooks; brings a page for customers; some accounts hold a session; tells its connection. */
        hook: z.boolean(), page: z.boolean(), session: z.boolean(), connects: z.boolean(),
        setup: z.array(z.record(z.string(), z.unknown())),
      })) }) } },
    }, async () => ({ items: [...parts.channels.values()].map((channel) => (
      { name: channel.name, reportName: channel.reportName, medium: channel.medium,
        capabilities: { ...channel.capabilities },
        hook: channel.parse !== undefined, page: channel.page !== undefined,
        session: channel.hasSession !== undefined, connects: channel.start !== undefined,
        setup: channel.setup.map((field) => ({ ...field })) })) }));

    app.get('/api/channel-accounts', {
      config: { permission: 'channel.read' },
      schema: {
        querystring: z.strictObject({ ...pageQuery, channel: z.string().max(40).optional(),
          status: status.optional(), queueId: id.optional() }),
        response: { 200: pageOf(accountView) },
      },
    }, async (request) => await listRows(parts.work.db, accounts, request.user,
      request.query) as z.output<ReturnType<typeof pageOf<typeof accountView>>>);

    app.get('/api/channel-accounts/:id', {
      config: { permission: 'channel.read' }, schema: { params: byId, response: { 200: detailView } },
    }, async (request) => saved(parts, request.user, request.params.id, {}));

    app.post('/api/channel-accounts', {
      config: { permission: 'channel.manage', stepUp: true },
      schema: { body: createBody, response: { 201: savedView } },
    }, async (request, reply) => idempotent<Saved>(parts.work, request, reply, async () =>
      ({ status: 201, body: await create(parts, request.user, request.body) }),
        ({ generated: _shownOnce, ...rest }) => rest));

    app.patch('/api/channel-accounts/:id', {
      config: { permission: 'channel.manage' }, schema: { params: byId, body: patchBody, response: { 200: savedView } },
    }, async (request) => {
      const { session, user, params, body } = request;
      const version = ifMatch(request);
      if (session === null) throw new AppError('SIGN_IN_REQUIRED');
      await requireProof(parts, session, params.id, version, body);
      return change(parts, user, params.id, version, body);
    });
  };
}
