/**
 * The parts of undici in use, re-exported: a dynamic import of the CommonJS package itself has no
 * named exports once it is bundled.
 */
export { Client } from "undici";
