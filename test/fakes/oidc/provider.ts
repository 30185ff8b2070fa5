/** An identity provider over a real socket: discovery, keys, authorization with PKCE, tokens; and scripted lies. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Teardown } from '#test/support/harness.ts';

/** What the next sign-in says, and how it lies. */
export interface Script {
  sub: string;
  claims: Record<string, unknown>;
  /** Its user signed in so long ago; whoever asks for a fresh sign-in makes them sign in now. */
  signedInSecondsAgo?: number | undefined;
  /** `silent`: it asks nobody, whatever is wanted; `no-auth-time`: it does not say when. */
  lie?: 'silent' | 'no-auth-time' | 'audience' | 'nonce' | 'issuer' | 'signature' | 'expired' | 'no-token' | undefined;
}

export interface FakeProvider { issuer: string; clientId: string; clientSecret: string; script: Script;
  /** Requests it was asked, as `METHOD path`. */
  asked: string[] }

interface Grant { challenge: string; nonce: string; redirectUri: string; fresh: boolean }

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function idToken(fake: FakeProvider, key: KeyObject, { nonce, fresh }: Grant): string {
  const { lie, signedInSecondsAgo = 3_600 } = fake.script;
  const now = Math.floor(Date.now() / 1_000);
  const payload = { iss: lie === 'issuer' ? 'https://palsu.example' : fake.issuer, sub: fake.script.sub,
    aud: lie === 'audience' ? 'orang-lain' : fake.clientId, iat: now - (lie === 'expired' ? 7_200 : 0),
    exp: now + (lie === 'expired' ? -3_600 : 300), nonce: lie === 'nonce' ? 'lain' : nonce,
    ...(lie === 'no-auth-time' ? {} : { auth_time: fresh && lie !== 'silent' ? now : now - signedInSecondsAgo }),
    ...fake.script.claims };
  const text = `${encode({ alg: 'RS256', kid: 'satu', typ: 'JWT' })}.${encode(payload)}`;
  const signature = sign('RSA-SHA256', Buffer.from(text), key);
  if (lie === 'signature') signature[0] = (signature[0] ?? 0) ^ 1;
  return `${text}.${signature.toString('base64url')}`;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Starts it; it ends with the test. `/authorize` sends the browser straight back with a code. */
export async function fakeProvider(t: Teardown): Promise<FakeProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const fake: FakeProvider = { issuer: '', clientId: 'sambung', clientSecret: 'rahasia-penyedia-uji', asked: [],
    script: { sub: 'orang-1', claims: {} } };
  const grants = new Map<string, Grant>();
  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    const known = form.get('client_id') === fake.clientId && form.get('client_secret') === fake.clientSecret;
    if (!known || proof !== grant?.challenge || form.get('redirect_uri') !== grant.redirectUri) {
      json(response, 400, { error: 'invalid_grant' });
      return;
    }
    json(response, 200, { access_token: 'x', token_type: 'Bearer',
      ...(fake.script.lie === 'no-token' ? {} : { id_token: idToken(fake, privateKey, grant) }) });
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', fake.issuer);
    fake.asked.push(`${request.method} ${url.pathname}`);
    if (url.pathname === '/.well-known/openid-configuration') {
      json(response, 200, { issuer: fake.issuer, authorization_endpoint: `${fake.issuer}/authorize`,
        token_endpoint: `${fake.issuer}/token`, jwks_uri: `${fake.issuer}/jwks`, response_types_supported: ['code'],
        subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post'], code_challenge_methods_supported: ['S256'] });
    } else if (url.pathname === '/jwks') {
      const key = publicKey.export({ format: 'jwk' });
      json(response, 200, { keys: [{ ...key, kid: 'satu', alg: 'RS256', use: 'sig' }] });
    } else if (url.pathname === '/authorize') {
      const code = randomBytes(12).toString('hex');
      const get = (name: string): string => url.searchParams.get(name) ?? '';
      grants.set(code, { challenge: get('code_challenge'), nonce: get('nonce'), redirectUri: get('redirect_uri'),
        fresh: get('prompt') === 'login' && get('max_age') === '0' });
      const back = new URL(get('redirect_uri'));
      back.searchParams.set('code', code);
      back.searchParams.set('state', get('state'));
      response.writeHead(302, { location: back.href }).end();
    } else if (url.pathname === '/token') void token(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  fake.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.teardown(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  return fake;
}
