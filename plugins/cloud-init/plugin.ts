import { definePlugin } from "../../sdk/index.ts";
import { vmCloudInitDump, vmCloudInitPending, vmCloudInitRegenerate } from "./vm-cloud-init.ts";

export default definePlugin({
  id: "cloud-init",
  title: "cloud-init",
  tools: () => [vmCloudInitDump, vmCloudInitPending, vmCloudInitRegenerate],
});
