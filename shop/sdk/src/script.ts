/** What the script tag loads: starts by itself, and is `window.clickstream`. */
import { start } from "./index.ts";

start();
