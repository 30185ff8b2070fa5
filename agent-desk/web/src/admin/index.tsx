/** The pages of administration, under /admin. */

/** The routes below /admin. */
export default function AdminRoutes() {
  return null;
}
