import { definePlugin } from "../../sdk/index.ts";
import { taskGet } from "./task-get.ts";
import { taskList } from "./task-list.ts";

export default definePlugin({
  id: "tasks",
  title: "Tasks",
  tools: () => [taskList, taskGet],
});
