import { CashIcon, ReturnIcon, TruckIcon } from "@/ui/icons";

const PROMISES = [
  { icon: TruckIcon, title: "Giao hàng miễn phí", text: "Toàn quốc, 2–4 ngày làm việc" },
  { icon: CashIcon, title: "Trả tiền khi nhận", text: "Kiểm tra hàng rồi mới thanh toán" },
  { icon: ReturnIcon, title: "Đổi trả trong 7 ngày", text: "Hàng nguyên vẹn, không cần lý do" },
];

/** What holds for every order. */
export function Promises({ className = "" }: { className?: string }) {
  return (
    <ul
      className={`grid gap-x-8 gap-y-5 rounded-2xl border border-line p-6 sm:grid-cols-3 sm:p-8 ${className}`}
    >
      {PROMISES.map(({ icon: Icon, title, text }) => (
        <li key={title} className="flex gap-3.5">
          <span className="mt-0.5 text-accent">
            <Icon />
          </span>
          <div>
            <p className="font-semibold">{title}</p>
            <p className="text-sm text-muted">{text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
