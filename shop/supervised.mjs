// Starts the standalone server, and ends it when standard input does: a server whose
// parent was killed does not stay.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
process.stdin.resume();

await import("./server.js");
