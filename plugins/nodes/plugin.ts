import { definePlugin } from "../../sdk/index.ts";
import { consoleTicket } from "./console-ticket.ts";
import { networkList } from "./network-list.ts";
import { nodeAction } from "./node-action.ts";
import { nodeGet } from "./node-get.ts";
import { nodeList } from "./node-list.ts";
import { nodeTerminalRun } from "./terminal-run.ts";

export default definePlugin({
  id: "nodes",
  title: "Nodes",
  tools: () => [nodeList, nodeGet, nodeAction, networkList, consoleTicket, nodeTerminalRun],
});
