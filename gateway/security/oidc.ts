/**
 * Signing in through an identity provider (OpenID Connect, authorization code with PKCE). Every call to the provider
 * goes through the egress; what the browser must bring back lies sealed in its own cookie, so no node keeps anything.
 */
import { createHash } from 'node:crypto';
import * as oidc from 'openid-client';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { Egress } from '../egress.ts';
import type { SecretStore } from './secret-store.ts';
import { userById, userByNpk, type UserRow } from './session-statements.ts';
import type { Vault } from './vault.ts';

export interface OidcParts {
  work: Work;
  secrets: SecretStore;
  vault: Pick<Vault, 'seal' | 'open'>;
  egress: Pick<Egress, 'fetch'>;
}

export interface Provider { id: string; organisation_id: string; name: string; issuer: string; client_id: string;
  npk_claim: string; second_step_done: boolean; version: number }

export interface Vouched {
  row: UserRow;
  provider: Provider;
  /** When the provider says that its user proved who they are; undefined where it does not say. */
  provedAt: Date | undefined;
}

export interface Oidc {
  /**
   * Where to send the browser, and what its cookie must bring back. With `proof` the provider must ask its user again,
   * however lately they signed in there. Throws NOT_FOUND, PROVIDER_FAILED.
   */
  start(providerId: string, redirectUri: string, proof?: boolean): Promise<{ url: string; cookie: string }>;
  /** Whether the browser of this cookie was sent for a proof; false for a cookie that fits nothing. */
  wantsProof(cookie: string | undefined): boolean;
  /**
   * The user whom the provider vouches for. Throws PROVIDER_FAILED for whatever does not fit, PROVIDER_NOT_FRESH where
   * a proof was wanted and the provider asked nobody.
   */
  finish(cookie: string | undefined, address: URL): Promise<Vouched>;
}

const COLUMNS = 'id, organisation_id, name, issuer, client_id, npk_claim, second_step_done, version';
const activeProvider = statement('oidc.provider', `select ${COLUMNS} from identity_providers where id = $1 and active`);
const linkedUser = statement('oidc.linked', `select user_id from user_identities
  where organisation_id = $1 and provider_id = $2 and subject_hash = $3`);
/** Only where this user is not yet another subject of the provider: an NPK that was handed on is not a key. */
const linkUser = statement('oidc.link', `insert into user_identities (organisation_id, provider_id, subject_hash,
    user_id)
  select $1, $2, $3, u.id from users u where u.id = $4 and u.organisation_id = $1
    and not exists (select from user_identities i where i.organisation_id = $1 and i.provider_id = $2
      and i.user_id = u.id)
  on conflict do nothing returning user_id`);

const AAD = 'oidc|browser|state';
const COOKIE_MINUTES = 10;
/** The provider's clock may be behind ours by so much. */
const CLOCK_SKEW_SECONDS = 30;
const PROVIDER_TIMEOUT_MS = 10_000;
const KEPT_MS = 600_000;

/** The egress as the fetch that the library calls; redirects are never followed. */
function fetchThrough(egress: Pick<Egress, 'fetch'>): oidc.CustomFetch {
  return async (url, { method, headers, body }) => {
    const plain = Object.fromEntries(new Headers(headers as ConstructorParameters<typeof Headers>[0]));
    const text = body === undefined || body === null ? undefined : String(body);
    const answer = await egress.fetch(url, { method, timeoutMs: PROVIDER_TIMEOUT_MS, headers: { ...plain,
      ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }) },
      ...(text === undefined ? {} : { body: text }) });
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = answer.headers;
    return new Response([204, 304].includes(answer.status) ? null : answer.body,
      { status: answer.status, headers: rest });
  };
}

interface Bring { providerId: string; redirectUri: string; state: string; nonce: string; verifier: string;
  proof: boolean; startedAt: number }

function seal(vault: OidcParts['vault'], bring: Bring): string {
  const { keyId, sealed } = vault.seal(Buffer.from(JSON.stringify(bring)), AAD);
  return `${keyId}.${sealed.toString('base64url')}`;
}

function unseal(vault: OidcParts['vault'], cookie: string | undefined): Bring {
  const [keyId = '', sealed = ''] = (cookie ?? '').split('.');
  let bring: Bring;
  try {
    bring = JSON.parse(vault.open(keyId, Buffer.from(sealed, 'base64url'), AAD).toString()) as Bring;
  } catch (error) {
    throw new AppError('PROVIDER_FAILED', undefined, error);
  }
  if (bring.startedAt + COOKIE_MINUTES * 60_000 < appNowMs()) throw new AppError('PROVIDER_FAILED');
  return bring;
}

async function userOf(work: Work, provider: Provider, claims: oidc.IDToken): Promise<UserRow> {
  const subject = createHash('sha256').update(`${claims.iss}|${claims.sub}`).digest();
  const where = [provider.organisation_id, provider.id, subject];
  const linked = await work.db.one<{ user_id: string }>(linkedUser, where);
  const npk: unknown = claims[provider.npk_claim];
  const row = linked !== undefined ? await work.db.one<UserRow>(userById, [linked.user_id])
    : typeof npk === 'string' && /^\d{4,8}$/.test(npk) ? await work.db.one<UserRow>(userByNpk, [npk]) : undefined;
  if (row?.status !== 'ACTIVE' || row.organisation_id !== provider.organisation_id) throw new AppError(
    'PROVIDER_FAILED');
  if (linked !== undefined) return row;
  const made = await work.db.rows(linkUser, [...where, row.id]);
  if (made.length === 0) throw new AppError('PROVIDER_FAILED');
  return row;
}

function wantsProof(vault: OidcParts['vault'], cookie: string | undefined): boolean {
  try {
    return unseal(vault, cookie).proof;
  } catch {
    return false;
  }
}

/** When the user proved themselves to the provider. A proof that was asked for and not given is none (RA05). */
function provedAtOf(claims: oidc.IDToken, bring: Bring): Date | undefined {
  const seconds: unknown = claims['auth_time'];
  const provedAt = typeof seconds === 'number' && Number.isFinite(seconds) ? new Date(seconds * 1_000) : undefined;
  const isFresh = provedAt !== undefined && provedAt.getTime() + CLOCK_SKEW_SECONDS * 1_000 >= bring.startedAt;
  if (bring.proof && !isFresh) throw new AppError('PROVIDER_NOT_FRESH');
  return provedAt;
}

/** True for an issuer that may be spoken to without https: one on this machine, as in tests. */
export function isLoopbackIssuer(issuer: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/.test(issuer);
}

/** The identity providers' side of signing in. */
export function createOidc(parts: OidcParts): Oidc {
  const { work } = parts;
  const kept = new Map<string, { config: oidc.Configuration; version: number; readAt: number }>();
  const find = async (id: string): Promise<Provider> => {
    const provider = await work.db.one<Provider>(activeProvider, [id]);
    if (provider === undefined) throw new AppError('NOT_FOUND');
    return provider;
  };
  const configOf = async (provider: Provider): Promise<oidc.Configuration> => {
    const found = kept.get(provider.id);
    const fresh = found?.version === provider.version && performance.now() - found.readAt < KEPT_MS;
    if (found !== undefined && fresh) return found.config;
    const secret = await parts.secrets.get({ organisationId: provider.organisation_id,
      ownerKind: 'identity-provider', ownerId: provider.id }, 'clientSecret');
    const config = await oidc.discovery(new URL(provider.issuer), provider.client_id, secret, undefined, {
      [oidc.customFetch]: fetchThrough(parts.egress),
      // The library trusts TLS for tokens that it fetched itself; we look at the signature as well.
      execute: [oidc.enableNonRepudiationChecks,
        ...(isLoopbackIssuer(provider.issuer) ? [oidc.allowInsecureRequests] : [])],
    });
    kept.set(provider.id, { config, version: provider.version, readAt: performance.now() });
    return config;
  };
  const failed = (error: unknown): never => {
    if (error instanceof AppError) throw error;
    // The library's messages can hold what the provider sent; its codes cannot.
    const { code, name } = error as { code?: unknown; name?: string };
    work.log.warn({ code: typeof code === 'string' ? code : name }, 'an identity provider did not confirm a sign-in');
    throw new AppError('PROVIDER_FAILED');
  };
  return {
    async start(providerId, redirectUri, proof = false) {
      const provider = await find(providerId);
      try {
        const config = await configOf(provider);
        const verifier = oidc.randomPKCECodeVerifier();
        const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
        const url = oidc.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid profile',
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state,
          nonce, ...(proof ? { prompt: 'login', max_age: '0' } : {}) });
        return { url: url.href, cookie: seal(parts.vault, { providerId, redirectUri, state, nonce, verifier, proof,
          startedAt: appNowMs() }) };
      } catch (error) {
        return failed(error);
      }
    },
    wantsProof: (cookie) => wantsProof(parts.vault, cookie),
    async finish(cookie, address) {
      const bring = unseal(parts.vault, cookie);
      const provider = await find(bring.providerId);
      try {
        const config = await configOf(provider);
        const current = new URL(bring.redirectUri);
        current.search = address.search;
        const tokens = await oidc.authorizationCodeGrant(config, current, { pkceCodeVerifier: bring.verifier,
          expectedState: bring.state, expectedNonce: bring.nonce, idTokenExpected: true });
        const claims = tokens.claims();
        if (claims === undefined) throw new AppError('PROVIDER_FAILED');
        return { provedAt: provedAtOf(claims, bring), row: await userOf(work, provider, claims), provider };
      } catch (error) {
        return failed(error);
      }
    },
  };
}
