/** What pages ask for: the API, the session and what it may do. */
import { useMediaQuery } from '@mantine/hooks';
import { api, type Api } from '../api/client.ts';
import { useSession } from '../session/session.ts';

/** The API client; every failure it throws is an ApiError {code, message, requestId}. */
export function useApi(): Api {
  return api;
}

/** True if the signed-in user holds the permission in any scope; the server decides again on each request. */
export function useCan(permission: string): boolean {
  return useSession().permissions.includes(permission);
}

/** True on a phone, where lists show fewer columns and drawers fill the screen. */
export function usePhone(): boolean {
  return useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false }) ?? false;
}
