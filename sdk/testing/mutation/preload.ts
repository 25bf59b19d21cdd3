/**
 * Loaded by Node before the server under test, with `--import`, so that a plugin's entry is wrapped while the server
 * stays as it is shipped: it knows nothing of mutations. What to do stands in this module's own address.
 */
import { register } from "node:module";
import type { EntryHook } from "./entry-hook.ts";

const query = new URL(import.meta.url).searchParams;
const data: EntryHook = { entry: query.get("entry") ?? "", orders: query.get("orders") ?? "" };
register(new URL("./entry-hook.js", import.meta.url), { data });
