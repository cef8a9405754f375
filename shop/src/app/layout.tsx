import { Clickstream } from "@sbw/clickstream/react";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@/app/globals.css";
import { currentSession } from "@/auth/session";
import { countPieces } from "@/cart/cart";
import { readCart } from "@/cart/stored-cart";
import { readConsent } from "@/clickstream/consent";
import { ConsentBanner } from "@/clickstream/consent-banner";
import { LoginSuccess } from "@/clickstream/login-success";
import { settings } from "@/settings";
import { Footer } from "@/ui/footer";
import { Header } from "@/ui/header";
import { RefreshOnReturn } from "@/ui/refresh-on-return";

export function generateMetadata(): Metadata {
  return {
    metadataBase: new URL(settings().SHOP_ORIGIN),
    title: { default: "SBW Máy tính: laptop, màn hình, phụ kiện", template: "%s · SBW Máy tính" },
    description: "Laptop, màn hình, bàn phím, chuột, tai nghe và phụ kiện. Giá rõ ràng, giao hàng toàn quốc.",
  };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#141210" },
  ],
};

export default async function Layout({ children }: { children: ReactNode }) {
  const [session, cart, consent] = await Promise.all([currentSession(), readCart(), readConsent()]);
  const { CLICKSTREAM_URL, CLICKSTREAM_ROBOTS, LOGIN } = settings();
  const user = session ? { userId: session.userId, identitySource: session.source } : null;
  return (
    <html
      lang="vi"
      data-clickstream={CLICKSTREAM_URL}
      data-clickstream-consent={consent}
      data-clickstream-robots={CLICKSTREAM_ROBOTS ? "true" : undefined}
    >
      <body className="flex min-h-dvh flex-col">
        <a
          href="#main"
          className="sr-only z-30 bg-paper px-4 py-3 font-semibold focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          Đến nội dung chính
        </a>
        <Clickstream user={user} consent={consent} />
        {session && <LoginSuccess loginId={session.loginId} />}
        <RefreshOnReturn />
        <Header session={session} pieces={countPieces(cart)} canLogIn={LOGIN !== "none"} />
        <main id="main" tabIndex={-1} className="grow outline-none">
          {children}
        </main>
        <Footer />
        {consent === "pending" && <ConsentBanner />}
      </body>
    </html>
  );
}
