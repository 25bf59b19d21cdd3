import { definePlugin } from "../../sdk/index.ts";
import { vmAction } from "./vm-action.ts";
import { vmClone } from "./vm-clone.ts";
import { vmConvertToTemplate } from "./vm-convert-to-template.ts";
import { vmCreate } from "./vm-create.ts";
import { vmDestroy } from "./vm-destroy.ts";
import { vmGet } from "./vm-get.ts";
import { vmList } from "./vm-list.ts";
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
  ],
});
