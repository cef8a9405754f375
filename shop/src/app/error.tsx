"use client";

/** Something failed on the way. The cart is in the browser and has lost nothing. */
export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <div className="page py-20 text-center">
      <h1 className="text-2xl font-bold">Trang này đang gặp trục trặc</h1>
      <p className="mx-auto mt-2 max-w-md leading-relaxed text-muted">
        Có thể bạn thao tác hơi nhanh, hoặc cửa hàng đang bận. Giỏ hàng vẫn còn nguyên; hãy thử lại sau ít
        phút.
      </p>
      <button type="button" onClick={reset} className="button mt-6">
        Thử lại
      </button>
    </div>
  );
}
