/** Next calls this once in each server process and waits for it before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { readParameters } = await import("@/parameters");
  await readParameters(process.env);
}
