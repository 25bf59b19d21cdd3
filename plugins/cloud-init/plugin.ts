import { definePlugin } from "../../sdk/index.ts";
import { snippetDelete, snippetPut } from "./snippets/change.ts";
import { snippetGet, snippetList } from "./snippets/read.ts";
import { vmCloudInitDump, vmCloudInitPending, vmCloudInitRegenerate } from "./vm-cloud-init.ts";

export default definePlugin({
  id: "cloud-init",
  title: "cloud-init",
  needs: ["uploads"],
  tools: (services) => [
    vmCloudInitDump,
    vmCloudInitPending,
    vmCloudInitRegenerate,
    snippetList,
    snippetGet,
    snippetPut(services),
    snippetDelete,
  ],
});
