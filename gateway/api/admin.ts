/** The administration's routes, one file a noun; a list, so that app.ts and the rights matrix see them all. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Parts } from '../parts.ts';
import { apiKeysApi } from './api-keys.ts';
import { accountHealthApi } from './account-health.ts';
import { accountSessionApi } from './account-session.ts';
import { auditApi } from './audit.ts';
import { branchesApi } from './branches.ts';
import { calendarsApi } from './calendars.ts';
import { cannedRepliesApi } from './canned-replies.ts';
import { categoriesApi, reasonsApi } from './categories.ts';
import { channelAbilitiesApi } from './channel-abilities.ts';
import { channelAccountsApi } from './channel-accounts.ts';
import { exportsApi } from './exports.ts';
import { identityProvidersApi } from './identity-providers.ts';
import { optOutsApi } from './opt-outs.ts';
import { seatsApi, sitesApi, teamsApi } from './places.ts';
import { quarantineApi } from './quarantine.ts';
import { queuesApi } from './queues.ts';
import { retentionApi } from './retention.ts';
import { rolesApi } from './roles.ts';
import { setupCheckApi } from './setup-check.ts';
import { securitySettingsApi } from './security-settings.ts';
import { skillsApi } from './skills.ts';
import { subjectDataApi } from './subject-data.ts';
import { userImportApi } from './user-import.ts';
import { usersApi } from './users.ts';
import { webhooksApi } from './webhooks.ts';

/** Every administrative plugin, on the parts of this node. */
export function adminApis(parts: Parts): FastifyPluginAsyncZod[] {
  return [
    usersApi, userImportApi, rolesApi, sitesApi, branchesApi, teamsApi, seatsApi, calendarsApi,
    queuesApi, skillsApi, categoriesApi, reasonsApi, cannedRepliesApi, channelAccountsApi,
    accountHealthApi, accountSessionApi, setupCheckApi, quarantineApi, optOutsApi, auditApi, apiKeysApi,
    webhooksApi, retentionApi, subjectDataApi, securitySettingsApi, identityProvidersApi,
    exportsApi,
    channelAbilitiesApi,
  ].map((api) => api(parts));
}
