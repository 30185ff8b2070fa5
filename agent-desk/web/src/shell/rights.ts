/** Which doors of the frame are shown to whom; the server decides again on each request. */
import { firstSection } from '../admin/sections.ts';

/** True if this person reads conversations at all: an administrator of the system does not. */
export function mayInbox(permissions: readonly string[]): boolean {
  return permissions.includes('interaction.read');
}

/** True if a search may find anything for this person: customers, tickets or conversations. */
export function mayFind(permissions: readonly string[]): boolean {
  return mayTickets(permissions) || permissions.includes('contact.read') || permissions.includes('contact.unmask');
}

/** True if there may be tickets that this person sees: in their own right, or through conversations. */
export function mayTickets(permissions: readonly string[]): boolean {
  return permissions.includes('ticket.read') || mayInbox(permissions);
}

/** Where this person starts: with the work, or with the settings if these are all there is to do. */
export function homeOf(permissions: readonly string[]): '/' | '/admin' {
  return !mayInbox(permissions) && mayAdmin(permissions) ? '/admin' : '/';
}

/** True if there is an administration page for this person: the pages themselves say by which rights. */
export function mayAdmin(permissions: readonly string[]): boolean {
  return firstSection(permissions) !== undefined;
}

/** True if this person may look at the gallery of components: those who look after the installation. */
export function mayGallery(permissions: readonly string[]): boolean {
  return permissions.includes('system.read');
}
