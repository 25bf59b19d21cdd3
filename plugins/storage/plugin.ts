import { definePlugin } from "../../sdk/index.ts";
import { applianceDownload, applianceList } from "./appliances.ts";
import { downloadUrl } from "./download-url.ts";
import { prune, prunePreview } from "./prune.ts";
import { storageScan } from "./scan.ts";
import { storageAllocate } from "./storage-allocate.ts";
import { storageContent } from "./storage-content.ts";
import { storageDefine, storageRemove, storageUpdate } from "./storage-define.ts";
import { storageGet } from "./storage-get.ts";
import { storageList } from "./storage-list.ts";
import { storageUpload } from "./upload.ts";
import { volumeDelete } from "./volume-delete.ts";
import { volumeUpdate } from "./volume-update.ts";

export default definePlugin({
  id: "storage",
  title: "Storages",
  needs: ["uploads"],
  tools: (services) => [
    storageList,
    storageGet,
    storageContent,
    storageScan,
    storageDefine,
    storageUpdate,
    storageRemove,
    storageAllocate,
    volumeUpdate,
    volumeDelete,
    prunePreview,
    prune,
    storageUpload(services),
    downloadUrl,
    applianceList,
    applianceDownload,
  ],
});
