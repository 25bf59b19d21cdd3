/** `npm run validate [-- OPTION… PLUGIN…]`, in a checkout. */
import { runValidate } from "../sdk/testing/validate.ts";

process.exitCode = await runValidate(process.argv.slice(2), { environment: process.env });
