import { die } from "../errors.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionDigest,
  sectionOptions,
} from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";

const OPTIONS = sectionOptions(
  "cputype reported-model? hidden? hv-vendor-id? flags? phys-bits? guest-phys-bits? level?",
);
const PATH = "/cluster/qemu/custom-cpu-models";
const SIGHT = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];

/** The cluster's own CPU models. (pve-manager, PVE/API2/Cluster/Qemu/CustomCPUModels.pm) */
export function registerCpuModels(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ lab: { state }, may }) =>
    [...state.cpuModels]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter(([name]) => may(`/mapping/cpu/${name}`, SIGHT, "any"))
      .map(([, model]) => ({ ...shown(model), digest: sectionDigest(state.cpuModels) })),
  );
  lab.route(`GET ${PATH}/{cputype}`, ({ params, lab: { state } }) => {
    const name = nameOf(params.need("cputype"));
    const model = state.cpuModels.get(name);
    if (model === undefined) throw die(`Custom cputype '${name}' not found`);
    // Of one alone, what is zero or empty is left out. (qemu-server, src/PVE/QemuServer/CPUConfig.pm: get_custom_model)
    const fields = Object.entries(shown(model)).filter(([, value]) => value !== 0 && value !== "");
    return { ...Object.fromEntries(fields), digest: sectionDigest(state.cpuModels) };
  });
  lab.route(`POST ${PATH}`, (request) => {
    const name = nameOf(request.params.need("cputype"));
    const model = checked(request, true);
    if (lab.state.cpuModels.has(name)) throw die(`custom CPU model '${name}' already exists`);
    lab.state.cpuModels.set(name, model.set("cputype", `custom-${name}`));
    return null;
  });
  lab.route(`PUT ${PATH}/{cputype}`, update);
  lab.route(`DELETE ${PATH}/{cputype}`, ({ params, lab: { state } }) => {
    const name = nameOf(params.need("cputype"));
    if (!state.cpuModels.delete(name)) throw die(`custom CPU model '${name}' does not exist`);
    return null;
  });
}

/** The prefix may be left out. */
function nameOf(cputype: string): string {
  return cputype.replace(/^custom-/, "");
}

function shown(model: Section): Record<string, unknown> {
  const { type: _type, ...fields } = Object.fromEntries(model);
  return fields;
}

function checked({ endpoint, params }: LabRequest, create: boolean): Section {
  const without = ["digest", "delete"];
  return checkSection(endpoint, params, { type: "cpu-model", options: OPTIONS, create, without });
}

function update(request: LabRequest): null {
  const { params, lab } = request;
  const { cpuModels } = lab.state;
  const name = nameOf(params.need("cputype"));
  if (params.list("delete").includes("cputype")) throw die("cannot delete 'cputype'");
  assertUnchanged(sectionDigest(cpuModels), params.text("digest"));
  const given = checked(request, false).set("cputype", `custom-${name}`);
  const model = cpuModels.get(name);
  if (model === undefined) throw die(`custom CPU model '${name}' does not exist`);
  const changed = new Map(model);
  deleteFromSection(changed, OPTIONS, given, params.text("delete"));
  for (const [key, value] of given) changed.set(key, value);
  cpuModels.set(name, changed);
  return null;
}
