import type { Metadata } from "next";
import { Empty } from "@/ui/empty";

export const metadata: Metadata = { title: "Chưa đăng nhập được", robots: { index: false } };

export default function LoginFailedPage() {
  return (
    <div className="page">
      <Empty title="Chưa đăng nhập được" drawing="dongle" action="Về trang chủ">
        Phiên đăng nhập đã hết hạn hoặc bị gián đoạn. Giỏ hàng của bạn vẫn còn; hãy thử đăng nhập lại.
      </Empty>
    </div>
  );
}
