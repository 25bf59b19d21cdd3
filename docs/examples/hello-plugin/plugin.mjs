import { definePlugin } from "proxmox-mcp/sdk";
import { nodeGreet } from "./node-greet.mjs";

export default definePlugin({
  id: "hello",
  title: "Hello",
  tools: () => [nodeGreet],
});
