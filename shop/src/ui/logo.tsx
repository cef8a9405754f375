/** The shop's mark, a pointer that has just clicked, and its name. */
export function Logo() {
  return (
    <>
      <svg viewBox="0 0 36 36" width="36" height="36" aria-hidden="true">
        <rect width="36" height="36" rx="9" fill="var(--ink)" />
        <path d="M13 13l13.5 5.200-5.700 2.100-2.200 5.700z" fill="var(--paper)" />
        <path
          d="M9 9l2.500 2.500M15 7v3M7 15h3"
          stroke="var(--accent)"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </svg>
      <span className="text-[1.0625rem] leading-none font-bold tracking-tight">
        SBW <span className="font-normal text-muted">Máy tính</span>
      </span>
    </>
  );
}
