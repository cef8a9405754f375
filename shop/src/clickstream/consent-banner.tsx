import { answerConsent } from "@/clickstream/actions";
import { CurrentPath } from "@/ui/current-path";

/**
 * Asks once whether visits may be counted. Stays out of the way, and needs no script. On a phone it has a place of its
 * own below the page, so that nothing there stays covered.
 */
export function ConsentBanner() {
  return (
    <section
      aria-label="Thống kê lượt xem"
      id="consent"
      className="sticky bottom-3 z-20 m-3 rounded-xl border border-line bg-paper p-4 shadow-lg sm:fixed sm:left-3 sm:m-0 sm:max-w-sm"
    >
      <p className="text-sm leading-relaxed">
        Cho phép cửa hàng đếm lượt xem để phục vụ tốt hơn? Không quảng cáo, không chia sẻ cho ai.
      </p>
      <form action={answerConsent} className="mt-3 flex gap-2">
        <CurrentPath name="from" />
        <button type="submit" name="consent" value="granted" className="button min-h-10 grow px-4 text-sm">
          Đồng ý
        </button>
        <button
          type="submit"
          name="consent"
          value="denied"
          className="button button-quiet min-h-10 grow px-4 text-sm"
        >
          Không, cảm ơn
        </button>
      </form>
    </section>
  );
}
