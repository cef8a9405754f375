import { start } from "@sbw/clickstream";

// Where events go stands on <html>, so that one build serves every place.
start();
