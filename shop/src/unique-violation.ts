/**
 * Whether an error of the database client says that a unique key is taken. By its code and not by its class: pages and
 * routes are bundled apart, each with a class of its own, and share one client.
 */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}
