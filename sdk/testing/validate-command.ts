/** `npm run validate [-- --check] [plugin…]`, in a checkout. */
import { runValidate } from "./validate.ts";

process.exitCode = await runValidate(process.argv.slice(2));
