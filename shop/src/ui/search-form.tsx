import { SearchIcon } from "@/ui/icons";

/** Leads to `/search?q=…`; a plain form, which needs no script. */
export function SearchForm({ words }: { words?: string }) {
  return (
    <search>
      <form action="/search" className="relative">
        <label className="sr-only" htmlFor={words === undefined ? "q" : "q-page"}>
          Tìm sản phẩm
        </label>
        <input
          id={words === undefined ? "q" : "q-page"}
          type="search"
          name="q"
          defaultValue={words}
          required
          maxLength={100}
          placeholder="Tìm laptop, bàn phím, tai nghe…"
          autoComplete="off"
          className="field h-11 min-h-11 border-transparent bg-surface pr-12"
        />
        <button
          type="submit"
          className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-lg text-muted hover:text-ink"
        >
          <SearchIcon />
          <span className="sr-only">Tìm</span>
        </button>
      </form>
    </search>
  );
}
