/** The parts of one node, as main.ts has built them; routes and loops take what they need from here. */
import type { ChannelRegistry } from '#channels/registry.ts';
import type { Desk } from '#agent-desk/server/desk.ts';
import type { Sealer } from '#domain/journal/seal.ts';
import type { Tail } from '#domain/journal/tail.ts';
import type { Orm } from '#domain/store/orm.ts';
import type { Work } from '#domain/work.ts';
import type { Intake } from '#routing/intake.ts';
import type { Outbound } from '#routing/outbound.ts';
import type { BlobStore } from './blob-store.ts';
import type { Hosts } from './channel-host.ts';
import type { Chat } from './chat-socket.ts';
import type { Config } from './config.ts';
import type { SecretStore } from './security/secret-store.ts';
import type { Sessions } from './security/sessions.ts';
import type { Vault } from './security/vault.ts';
import type { WakeBus } from './wake.ts';

export interface Parts {
  config: Config;
  nodeId: string;
  work: Work & { wake: WakeBus };
  vault: Vault;
  secrets: SecretStore;
  sessions: Sessions;
  orm: Orm;
  blobs: BlobStore;
  channels: ChannelRegistry;
  hosts: Hosts;
  intake: Intake;
  tail: Tail;
  /** Only on nodes of the role web. */
  desk: Desk;
  chat: Chat | undefined;
  /** Only on nodes of the role worker. */
  outbound: Outbound | undefined;
  sealer: Sealer | undefined;
}
