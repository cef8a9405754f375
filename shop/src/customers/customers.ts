import "server-only";
import type { Identity } from "@/auth/login";
import { escapeLike } from "@/catalogue/search-text";
import { type Database, database } from "@/database";
import { isUniqueViolation } from "@/unique-violation";

export interface Customer {
  id: string;
  email: string;
  fullName: string | null;
  phone: string | null;
}

const SHOWN = { id: true, email: true, fullName: true, phone: true } as const;

/**
 * The customer whom a login vouches for: known by the pool's subject, or by an address from before the pool, or new.
 * An address that belongs to another subject is not taken over.
 */
export async function customerOf(identity: Identity, db: Database = database()): Promise<Customer> {
  const { subject, email, name } = identity;
  const known = await db.user.findUnique({ where: { cognitoSub: subject }, select: SHOWN });
  if (known) return known;
  // Prisma compares by `ilike`, for which `a_b@…` would be `axb@…`, too.
  const address = { equals: escapeLike(email), mode: "insensitive" } as const;
  const before = await db.user.findFirst({
    where: { email: address },
    select: { ...SHOWN, cognitoSub: true },
  });
  // Somebody's by now: this customer's, who signs in twice at once, or another's.
  if (before?.cognitoSub === subject) return before;
  if (before?.cognitoSub) throw new Error("the e-mail address belongs to another customer");
  try {
    if (before)
      return await db.user.update({ where: { id: before.id }, data: { cognitoSub: subject }, select: SHOWN });
    const made = { id: crypto.randomUUID(), cognitoSub: subject, email, fullName: name ?? null };
    return await db.user.create({ data: made, select: SHOWN });
  } catch (error) {
    // The same customer, who signed in twice at once.
    const other =
      isUniqueViolation(error) &&
      (await db.user.findUnique({ where: { cognitoSub: subject }, select: SHOWN }));
    if (other) return other;
    throw error;
  }
}

export async function customerById(id: string, db: Database = database()): Promise<Customer | null> {
  return db.user.findUnique({ where: { id }, select: SHOWN });
}

export async function updateCustomer(
  id: string,
  data: { fullName: string; phone: string },
  db: Database = database(),
): Promise<void> {
  await db.user.update({ where: { id }, data });
}
