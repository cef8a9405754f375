/** Next calls this once in each server process and waits for it before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { readParameters } = await import("@/parameters");
  try {
    await readParameters(process.env);
  } catch (error) {
    // Next would go on and answer every request with an error; an ended process is started anew.
    console.error("the shop cannot read its parameters:", error);
    process.exit(1);
  }
}
