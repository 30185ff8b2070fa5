/** The pages of administration, under /admin; which of them a user sees depends on their permissions. */
import type { ComponentType } from 'react';
import { Redirect, useRoute } from 'wouter';
import { EmptyState, useSession } from '../kit/index.ts';
import { ApiKeysPage } from './pages/api-keys.tsx';
import { RetentionPage } from './pages/retention.tsx';
import { SealsPage } from './pages/seals.tsx';
import { SignInRulesPage } from './pages/sign-in-rules.tsx';
import { SubjectDataPage } from './pages/subject-data.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { AccountsPage } from './pages/accounts.tsx';
import { AuditPage } from './pages/audit.tsx';
import { BranchesPage } from './pages/branches.tsx';
import { CalendarsPage } from './pages/calendars.tsx';
import { CannedRepliesPage } from './pages/canned-replies.tsx';
import { CategoriesPage } from './pages/categories.tsx';
import { ChecksPage } from './pages/checks.tsx';
import { ExportsPage } from './pages/exports.tsx';
import { OptOutsPage } from './pages/opt-outs.tsx';
import { QuarantinePage } from './pages/quarantine.tsx';
import { QueuesPage } from './pages/queues.tsx';
import { ReasonsPage } from './pages/reasons.tsx';
import { RolesPage } from './pages/roles.tsx';
import { SeatsPage } from './pages/seats.tsx';
import { SitesPage } from './pages/sites.tsx';
import { SkillsPage } from './pages/skills.tsx';
import { TeamsPage } from './pages/teams.tsx';
import { UsersPage } from './pages/users.tsx';
import { AdminFrame, Guard } from './parts/frame.tsx';
import { firstSection, type Section, sections } from './sections.ts';
import { useWords } from './use-words.ts';

const pages: Record<Section['key'], ComponentType<{ id: string | undefined }>> = {
  users: UsersPage, branches: BranchesPage, sites: SitesPage, teams: TeamsPage, seats: SeatsPage,
  calendars: CalendarsPage, roles: RolesPage, queues: QueuesPage, skills: SkillsPage, categories: CategoriesPage,
  reasons: ReasonsPage, canned: CannedRepliesPage,
  accounts: AccountsPage, quarantine: QuarantinePage, optOuts: OptOutsPage, audit: AuditPage, exports: ExportsPage,
  checks: ChecksPage, signInRules: SignInRulesPage, apiKeys: ApiKeysPage, webhooks: WebhooksPage, seals: SealsPage,
  subjectData: SubjectDataPage, retention: RetentionPage,
};

/** The page of the address; where none is named the one at which this user's settings begin. */
function Here() {
  const w = useWords();
  const { permissions } = useSession();
  const [, params] = useRoute('/admin/:section?/:id?');
  const section = sections.find((each) => each.path === `/admin/${params?.section ?? ''}`);
  const first = firstSection(permissions);
  if (section === undefined) {
    if (params?.section === undefined && first !== undefined) return <Redirect to={first.path} replace />;
    return <EmptyState title={w('common.gone')}>{w('common.goneHint')}</EmptyState>;
  }
  const PageHere = pages[section.key];
  return <Guard section={section}><PageHere key={section.key} id={params?.id} /></Guard>;
}

/** The routes below /admin. */
export default function AdminRoutes() {
  return <AdminFrame><Here /></AdminFrame>;
}
