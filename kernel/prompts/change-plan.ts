import { CLUSTER, onCluster, paragraphs, RULES, VMID } from "./parts.ts";
import type { Toolbox } from "./toolbox.ts";
import type { Prompt, PromptInput } from "./types.ts";

/** A change from the wish to the proof. */
export const changePlan: Prompt = {
  name: "change-plan",
  title: "Plan a change",
  description: "Turns a wish into exact steps, shown and agreed on before anything runs.",
  arguments: [{ name: "goal", description: "What should be true afterwards", required: true }, VMID, CLUSTER],
  text: (input, tools) =>
    paragraphs(
      `Plan this change${target(input)}${onCluster(input)}: ${input.goal}`,
      tools.steps([
        {
          what: "Look at what is there now",
          reads: [
            "GET /nodes/{node}/qemu/{vmid}/status/current",
            "GET /nodes/{node}/lxc/{vmid}/status/current",
          ],
        },
      ]),
      canChange(tools),
      "Show the user before anything runs: each step and what it changes; what stops or is lost meanwhile; how it is undone, or that it cannot be; how its success will be seen.",
      RULES,
    ),
};

/** What a change may cost. */
export const riskReview: Prompt = {
  name: "risk-review",
  title: "Review a change's risk",
  description: "Judges a planned change: what it can break, what cannot be undone, what to secure first.",
  arguments: [
    { name: "change", description: "The change: a tool with its arguments, or in words", required: true },
    VMID,
    CLUSTER,
  ],
  text: (input, tools) =>
    paragraphs(
      `Judge the risk of this change${target(input)}${onCluster(input)}, and do not make it: ${input.change}`,
      tools.canChange
        ? "Call the tool for it with dryRun: true for its exact steps, risk, privileges and differences, what else it touches and how to undo it; a dry run changes nothing. Where no listed tool makes this change, judge it by the words, and say so."
        : "No listed tool changes anything here, so there is no dry run to look at: judge it by the words, and say so.",
      `Then look at:\n${tools.steps([
        {
          what: "The guest: running or not, lock, HA, disks and their storages",
          reads: [
            "GET /nodes/{node}/qemu/{vmid}/status/current",
            "GET /nodes/{node}/lxc/{vmid}/status/current",
          ],
        },
        {
          what: "Its snapshots",
          reads: ["GET /nodes/{node}/qemu/{vmid}/snapshot", "GET /nodes/{node}/lxc/{vmid}/snapshot"],
        },
        { what: "Its backups (content backup)", reads: ["GET /nodes/{node}/storage/{storage}/content"] },
        { what: "Tasks that run on it or its node now", reads: ["GET /cluster/tasks"] },
        { what: "Quorum, and whether every node is there", reads: ["GET /cluster/status"] },
      ])}`,
      "Conclude with one of go, go after, or no-go. Under it: what is lost at worst; what cannot be undone; who notices and for how long; what to secure first (snapshot, backup, a free moment); what was not seen and how much that matters.",
      RULES,
    ),
};

function target({ vmid }: PromptInput): string {
  return vmid === undefined ? "" : ` of guest ${vmid}`;
}

function canChange({ canChange: can }: Toolbox): string {
  return can
    ? "Find the listed tool for each step and call it with dryRun: true, which answers the exact steps and changes nothing. A step that no listed tool makes is told to the user as such: proxmox_capabilities says which tools are hidden, and the setting that shows them. When the user has agreed, apply its plan with proxmox_plan_apply, one step after the other; what changed meanwhile is a conflict, then plan anew. Destructive ones are confirmed by a human through the client. Follow jobs with job_wait, and look afresh before the next step. After outcome_unknown look first, and do not repeat."
    : "No listed tool changes anything here: proxmox_capabilities says which are hidden, and the setting that shows them. Write the plan for a human to carry out.";
}
