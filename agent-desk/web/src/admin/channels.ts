/** The channels that the registry of the server declares, and how they are called. */
import { useQuery } from '@tanstack/react-query';
import { api, codeWord } from '../kit/index.ts';
import type { ChannelKind } from './account-types.ts';

/** The channels of the house with their setup forms. */
export function useChannels(): ChannelKind[] {
  const query = useQuery({
    queryKey: ['admin', 'channels', 'all'], staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<{ items: ChannelKind[] }>('/channels', { signal }),
  });
  return query.data?.items ?? [];
}

/** The name of a channel as people know it. */
export function channelName(channels: readonly ChannelKind[], name: string): string {
  return codeWord('channel',
    channels.find((each) => each.name === name)?.reportName ?? name.toUpperCase().replaceAll('-', '_'));
}
