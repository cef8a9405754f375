import Link from "next/link";
import type { Session } from "@/auth/session";
import { LoginLink } from "@/clickstream/login-link";
import { CategoryNav } from "@/ui/category-nav";
import { CartIcon, HeartIcon, PersonIcon } from "@/ui/icons";
import { Logo } from "@/ui/logo";
import { SearchForm } from "@/ui/search-form";

const ICON_LINK =
  "relative grid h-11 min-w-11 place-items-center rounded-lg hover:bg-surface sm:flex sm:gap-2 sm:px-3 sm:text-sm sm:font-semibold";

/** The shop's name, search, and what is the visitor's own; below it the categories. */
export function Header({
  session,
  pieces,
  canLogIn,
}: {
  session: Session | undefined;
  pieces: number;
  canLogIn: boolean;
}) {
  return (
    <header className="border-b border-line">
      <div className="page flex flex-wrap items-center gap-x-3 gap-y-2 pt-3 sm:gap-x-8 lg:flex-nowrap">
        <Link
          href="/"
          className="flex items-center gap-2.5 rounded-lg py-1"
          aria-label="SBW Máy tính, trang chủ"
        >
          <Logo />
        </Link>
        <div className="order-last w-full lg:order-none lg:max-w-lg lg:grow">
          <SearchForm />
        </div>
        <nav aria-label="Của bạn" className="-mr-2 ml-auto flex items-center">
          {session ? (
            <Link
              href="/account"
              className={ICON_LINK}
              aria-label={`Tài khoản của ${session.name ?? session.email}`}
            >
              <PersonIcon />
              <span className="hidden max-w-32 truncate sm:inline">{session.name ?? session.email}</span>
            </Link>
          ) : (
            canLogIn && (
              <LoginLink className={ICON_LINK}>
                <PersonIcon />
                <span className="sr-only sm:not-sr-only">Đăng nhập</span>
              </LoginLink>
            )
          )}
          <Link href="/wishlist" className={ICON_LINK} aria-label="Yêu thích">
            <HeartIcon />
          </Link>
          <Link
            href="/cart"
            className={ICON_LINK}
            aria-label={pieces > 0 ? `Giỏ hàng, ${pieces} sản phẩm` : "Giỏ hàng, chưa có gì"}
          >
            <CartIcon />
            {pieces > 0 && (
              <span
                aria-hidden="true"
                className="absolute top-0.5 left-1/2 ml-0.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent tabular-nums"
              >
                {pieces > 99 ? "99+" : pieces}
              </span>
            )}
          </Link>
        </nav>
      </div>
      <CategoryNav />
    </header>
  );
}
