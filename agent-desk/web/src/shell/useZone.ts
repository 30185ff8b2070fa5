/** The zone of the user's site, asked once: times on the screen are written in it whatever the computer says. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.ts';
import { setHomeZone, theHomeZone } from '../lib/time.ts';

/** The zone in which to write and read times; the browser's own until the server answered. */
export function useZone(): string {
  const { data } = useQuery({ queryKey: ['desk', 'zone'], staleTime: Number.POSITIVE_INFINITY, retry: 2,
    gcTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => (await api.get<{ timeZone: string }>('/me/zone', { signal })).timeZone });
  useEffect(() => { if (data !== undefined) setHomeZone(data); }, [data]);
  return data ?? theHomeZone();
}
