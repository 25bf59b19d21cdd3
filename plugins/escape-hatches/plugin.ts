import { definePlugin } from "../../sdk/index.ts";
import { apiCall } from "./api-call.ts";
import { apiDescribe } from "./api-describe.ts";
import { cliRun } from "./cli-run.ts";

export default definePlugin({
  id: "escape-hatches",
  title: "Direct use of API and command line",
  needs: ["catalog"],
  tools: ({ catalog }) => [apiCall(catalog), apiDescribe(catalog), cliRun],
});
