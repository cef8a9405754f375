"use client";

/** The layout itself failed, so this page stands alone. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="vi">
      <body>
        <h1>Cửa hàng đang gặp trục trặc</h1>
        <p>Giỏ hàng của bạn vẫn còn nguyên. Hãy thử lại sau ít phút.</p>
        <button type="button" onClick={reset}>
          Thử lại
        </button>
      </body>
    </html>
  );
}
