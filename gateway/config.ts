/** The only reader of process.env: one schema, and a bad value stops the boot with its name. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { armFailpoint } from '#domain/failpoints.ts';
import { limits } from '#domain/limits.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

const ROLES = ['web', 'worker', 'channels'] as const;
export type NodeRole = (typeof ROLES)[number];

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.data'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'a postgres:// address').optional(),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'a redis:// address').optional(),
  SEED: z.enum(['demo', 'empty', 'none']).optional(),
  DEMO_PASSWORD: z.string().min(limits.passwordCharsMin).max(limits.passwordCharsMax).optional(),
  MASTER_KEY: z.string().min(1).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  EGRESS_ALLOW: z.string().default(''),
  TRUST_PROXY: z.enum(['yes', 'no']).default('no'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  SOCKET_GRACE_S: z.coerce.number().int().min(1).max(3_600).default(limits.socketGraceSeconds),
  FAILPOINT: z.string().optional(),
});

export interface Config {
  port: number;
  host: string;
  dataDir: string;
  /** The origin browsers use; null: loopback on whatever port was bound. */
  publicUrl: string | null;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  seed: 'demo' | 'empty' | 'none';
  demoPassword: string | undefined;
  masterKey: string | undefined;
  metricsToken: string | undefined;
  egressAllow: string[];
  trustProxy: boolean;
  logLevel: string;
  socketGraceSeconds: number;
  roles: NodeRole[];
}

/**
 * True if browsers of this machine alone can sign in: HOST is loopback then, and neither an address for others nor a
 * proxy is named. Every other start is one for real people (RA05).
 */
export function servesThisMachineAlone(config: Pick<Config, 'publicUrl' | 'trustProxy'>): boolean {
  if (config.trustProxy) return false;
  return config.publicUrl === null || LOOPBACK.has(new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, ''));
}

/** A value that the product cannot start with; the message is for the person who started it. */
export class ConfigError extends Error {}

function rolesOf(argv: readonly string[]): NodeRole[] {
  const at = argv.findIndex((word) => word === '--role' || word.startsWith('--role='));
  if (at < 0) return [...ROLES];
  const word = argv[at]?.includes('=') ? argv[at].slice('--role='.length) : argv[at + 1];
  const roles = (word ?? '').split(',');
  const unknown = roles.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw new ConfigError(`--role: "${unknown}" is none of ${ROLES.join(', ')}`);
  return roles as NodeRole[];
}

/** Reads the environment and the command line. Throws ConfigError naming the variable. */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env, argv: readonly string[] = process.argv.slice(2),
): Config {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(filled);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { data } = parsed;
  if (!LOOPBACK.has(data.HOST) && !(data.PUBLIC_URL ?? '').startsWith('https://')) {
    throw new ConfigError('HOST: an address other than loopback needs PUBLIC_URL=https://..., for session cookies are '
      + 'only safe over https');
  }
  armFailpoint(data.FAILPOINT);
  return {
    port: data.PORT, host: data.HOST, dataDir: resolve(data.DATA_DIR),
    publicUrl: data.PUBLIC_URL === undefined ? null : new URL(data.PUBLIC_URL).origin,
    databaseUrl: data.DATABASE_URL, redisUrl: data.REDIS_URL,
    seed: data.SEED ?? (data.DATABASE_URL === undefined ? 'demo' : 'none'), demoPassword: data.DEMO_PASSWORD,
    masterKey: data.MASTER_KEY, metricsToken: data.METRICS_TOKEN,
    egressAllow: data.EGRESS_ALLOW.split(',').map((part) => part.trim()).filter((part) => part !== ''),
    trustProxy: data.TRUST_PROXY === 'yes', logLevel: data.LOG_LEVEL, socketGraceSeconds: data.SOCKET_GRACE_S,
    roles: rolesOf(argv),
  };
}
