import { definePlugin } from "../../sdk/index.ts";
import { apiCall } from "./api-call.ts";
import { apiDescribe } from "./api-describe.ts";
import { cliRun } from "./cli-run.ts";
import { fileRead } from "./file-read.ts";
import { fileWrite } from "./file-write.ts";
import { shellRun } from "./shell-run.ts";

export default definePlugin({
  id: "escape-hatches",
  title: "Direct use of API, command line, shells and files",
  needs: ["catalog", "uploads"],
  tools: ({ catalog, uploads }) => [
    apiCall(catalog),
    apiDescribe(catalog),
    cliRun,
    shellRun,
    fileRead,
    fileWrite({ uploads }),
  ],
});
