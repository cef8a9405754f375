import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { currentSession } from "@/auth/session";
import { TrackedForm } from "@/clickstream/tracked-form";
import { customerById } from "@/customers/customers";
import { AccountForm } from "@/ui/account-form";
import { Breadcrumbs } from "@/ui/breadcrumbs";

export const metadata: Metadata = { title: "Tài khoản", robots: { index: false } };

export default async function AccountPage() {
  const session = await currentSession();
  const customer = session && (await customerById(session.userId));
  if (!customer) redirect("/auth/login?to=/account");
  return (
    <div className="page max-w-3xl">
      <Breadcrumbs path={[{ name: "Tài khoản" }]} />
      <div className="flex flex-wrap items-center justify-between gap-4">
        <div className="min-w-0">
          <h1 className="text-3xl font-bold">Tài khoản</h1>
          <p className="mt-1 break-words text-muted">{customer.email}</p>
        </div>
        <TrackedForm action="/auth/logout" meaning={{ event: "logout" }}>
          <button type="submit" className="button button-quiet">
            Đăng xuất
          </button>
        </TrackedForm>
      </div>
      <Link
        href="/orders"
        className="mt-8 flex items-center justify-between rounded-2xl bg-surface p-5 font-semibold hover:underline"
      >
        Đơn hàng của bạn <span aria-hidden="true">→</span>
      </Link>
      <section aria-labelledby="contact" className="mt-10">
        <h2 id="contact" className="mb-5 text-xl font-bold">
          Thông tin liên hệ
        </h2>
        <AccountForm fullName={customer.fullName ?? ""} phone={customer.phone ?? ""} />
      </section>
    </div>
  );
}
