/**
 * How a call to a provider ended without an answer, so that an adapter can tell "never left" from "perhaps arrived".
 */

export type FetchStage = 'refused' | 'before-write' | 'after-write';

/**
 * What ChannelHost.fetch rejects with. `refused`: the house forbids the address (EGRESS_ALLOW). `before-write`: no
 * byte of
 * the request left, so it may be repeated. `after-write`: the request left and no answer came, so nobody knows.
 */
export class FetchFailed extends Error {
  readonly stage: FetchStage;
  readonly reasonCode: string;

  constructor(stage: FetchStage, reasonCode: string, cause?: unknown) {
    super(`call to the provider failed ${stage}: ${reasonCode}`, cause === undefined ? undefined : { cause });
    this.name = 'FetchFailed';
    this.stage = stage;
    this.reasonCode = reasonCode;
  }
}
