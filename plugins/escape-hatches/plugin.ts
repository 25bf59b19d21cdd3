import { definePlugin } from "../../sdk/index.ts";
import { apiCall } from "./api-call.ts";
import { apiDescribe } from "./api-describe.ts";

export default definePlugin({
  id: "escape-hatches",
  title: "Direct use of the API",
  needs: ["catalog"],
  tools: ({ catalog }) => [apiCall(catalog), apiDescribe(catalog)],
});
