import { definePlugin } from "../../sdk/index.ts";
import { vmAction } from "./vm-action.ts";
import { vmAgentInfo, vmAgentPing, vmFstrim, vmGuestAgentDiagnose } from "./vm-agent.ts";
import { vmAgentFilesystems, vmAgentInterfaces, vmAgentOsinfo, vmAgentUsers } from "./vm-agent-reads.ts";
import { vmClone } from "./vm-clone.ts";
import { vmConvertToTemplate } from "./vm-convert-to-template.ts";
import { vmCreate } from "./vm-create.ts";
import { vmDestroy } from "./vm-destroy.ts";
import { vmDiskImport } from "./vm-disk-import.ts";
import { vmDiskMove, vmDiskResize, vmDiskUnlink } from "./vm-disks.ts";
import { vmFeature } from "./vm-feature.ts";
import { vmGet } from "./vm-get.ts";
import { vmGuestExec } from "./vm-guest-exec.ts";
import { vmList } from "./vm-list.ts";
import { vmMigrate } from "./vm-migrate.ts";
import { vmPciAttach, vmPciDetach } from "./vm-pci.ts";
import { vmPending } from "./vm-pending.ts";
import { vmRrd } from "./vm-rrd.ts";
import {
  vmSnapshotCreate,
  vmSnapshotDelete,
  vmSnapshotGetConfig,
  vmSnapshotList,
  vmSnapshotRollback,
} from "./vm-snapshots.ts";
import { vmTemplateGet } from "./vm-template-get.ts";
import { vmTemplateList } from "./vm-template-list.ts";
import { vmUpdateConfig } from "./vm-update-config.ts";

export default definePlugin({
  id: "vm",
  title: "Virtual machines",
  tools: () => [
    vmList,
    vmGet,
    vmAction,
    vmCreate,
    vmUpdateConfig,
    vmClone,
    vmConvertToTemplate,
    vmDestroy,
    vmTemplateList,
    vmTemplateGet,
    vmSnapshotList,
    vmSnapshotGetConfig,
    vmSnapshotCreate,
    vmSnapshotRollback,
    vmSnapshotDelete,
    vmDiskResize,
    vmDiskMove,
    vmDiskImport,
    vmDiskUnlink,
    vmMigrate,
    vmPending,
    vmFeature,
    vmRrd,
    vmPciAttach,
    vmPciDetach,
    vmAgentPing,
    vmAgentInfo,
    vmGuestAgentDiagnose,
    vmAgentInterfaces,
    vmAgentOsinfo,
    vmAgentFilesystems,
    vmAgentUsers,
    vmFstrim,
    vmGuestExec,
  ],
});
