/** Who is connected, found by what they may see: an index from permission and scope key to sockets (RS19). */
import { keysOf, keysOfResource, type Placed, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';

/** A connected desk as the fan-out knows it. */
export interface Viewer {
  /** The socket's id. */
  readonly id: string;
  readonly user: User;
  readonly sessionId: string;
}

/** The rights by which events are given out. */
const INDEXED = ['interaction.read', 'interaction.read-waiting', 'ticket.read', 'contact.read',
  'presence.read'] as const;
export type IndexedPermission = (typeof INDEXED)[number] & Permission;

export interface Audience<V extends Viewer> {
  add(viewer: V): void;
  remove(viewer: V): void;
  has(viewer: V): boolean;
  /** Who of the organisation may do this somewhere among the keys. */
  having(permission: IndexedPermission, organisationId: string, keys: Iterable<string>): Set<V>;
  ofUser(userId: string): readonly V[];
  ofSession(sessionId: string): readonly V[];
  ofOrganisation(organisationId: string): readonly V[];
  all(): readonly V[];
  size(): number;
}

type Index<V> = Map<string, Set<V>>;

function put<V>(index: Index<V>, key: string, value: V): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([value]));
  else set.add(value);
}

function take<V>(index: Index<V>, key: string, value: V): void {
  const set = index.get(key);
  if (set?.delete(value) === true && set.size === 0) index.delete(key);
}

function keysOfViewer(viewer: Viewer): string[] {
  const { user } = viewer;
  return [`user ${user.id}`, `session ${viewer.sessionId}`, `organisation ${user.organisationId}`,
    ...INDEXED.flatMap((permission) => [...keysOf(user, permission)].map((key) => `${permission} ${key}`))];
}

/** Makes an empty audience. A viewer is indexed by the rights it had when added: changed rights mean a new viewer. */
export function createAudience<V extends Viewer>(): Audience<V> {
  const index: Index<V> = new Map();
  const viewers = new Set<V>();
  const list = (key: string): readonly V[] => [...index.get(key) ?? []];
  return {
    add(viewer) {
      viewers.add(viewer);
      for (const key of keysOfViewer(viewer)) put(index, key, viewer);
    },
    remove(viewer) {
      if (!viewers.delete(viewer)) return;
      for (const key of keysOfViewer(viewer)) take(index, key, viewer);
    },
    has: (viewer) => viewers.has(viewer),
    having(permission, organisationId, keys) {
      const found = new Set<V>();
      for (const key of keys) {
        for (const viewer of index.get(`${permission} ${key}`) ?? []) {
          if (viewer.user.organisationId === organisationId) found.add(viewer);
        }
      }
      return found;
    },
    ofUser: (userId) => list(`user ${userId}`),
    ofSession: (sessionId) => list(`session ${sessionId}`),
    ofOrganisation: (organisationId) => list(`organisation ${organisationId}`),
    all: () => [...viewers],
    size: () => viewers.size,
  };
}

/** The keys of several places of one organisation, each once. */
export function keysOfPlaces(organisationId: string, places: readonly Omit<Placed, 'organisationId'>[]): Set<string> {
  return new Set(places.flatMap((place) => keysOfResource({ ...place, organisationId })));
}
