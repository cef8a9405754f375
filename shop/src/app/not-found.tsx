import { Empty } from "@/ui/empty";

export default function NotFound() {
  return (
    <div className="page">
      <Empty title="Không tìm thấy trang này" drawing="cable" action="Về trang chủ">
        Địa chỉ có thể đã đổi, hoặc trang này không dành cho bạn.
      </Empty>
    </div>
  );
}
