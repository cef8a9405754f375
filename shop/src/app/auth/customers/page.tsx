import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DEMO_CUSTOMERS } from "@/auth/demo-customers";
import { settings } from "@/settings";
import { PersonIcon } from "@/ui/icons";

export const metadata: Metadata = { title: "Đăng nhập", robots: { index: false } };

/** Stands in for the hosted login page: whoever is chosen comes back to `/auth/callback`. */
export default async function CustomersPage({ searchParams }: { searchParams: Promise<{ state?: string }> }) {
  if (settings().LOGIN !== "demo") notFound();
  const { state } = await searchParams;
  return (
    <div className="page max-w-lg py-12">
      <h1 className="text-3xl font-bold">Đăng nhập</h1>
      <p className="mt-2 leading-relaxed text-muted">
        Đây là bản dùng thử trên một máy: chọn một khách hàng hư cấu, không cần mật khẩu.
      </p>
      <form action="/auth/callback" className="mt-6 space-y-3">
        <input type="hidden" name="state" value={String(state ?? "")} />
        {DEMO_CUSTOMERS.map(({ email, name }) => (
          <button
            key={email}
            type="submit"
            name="code"
            value={email}
            className="flex w-full items-center gap-4 rounded-xl border border-line p-4 text-left hover:border-muted hover:bg-surface"
          >
            <span className="grid size-11 place-items-center rounded-full bg-surface text-muted">
              <PersonIcon />
            </span>
            <span>
              <span className="block font-semibold">{name}</span>
              <span className="block text-sm text-muted">{email}</span>
            </span>
          </button>
        ))}
      </form>
    </div>
  );
}
