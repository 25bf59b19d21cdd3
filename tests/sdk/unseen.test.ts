import { expect, test } from "@jest/globals";
import { unseenIn } from "../../sdk/unseen.ts";

test("nothing is unseen while every node is online", () => {
  expect(unseenIn({ nodes: [{ node: "pve1", status: "online" }] })).toEqual({});
  expect(unseenIn({ nodes: [] })).toEqual({});
});

test("nodes that are away are named by what is wrong with them", () => {
  const nodes = [
    { node: "pve1", status: "offline" },
    { node: "pve2", status: "online" },
    { node: "pve3", status: "unknown" },
    { node: "pve4", status: "offline" },
  ] as const;
  expect(unseenIn({ nodes })).toEqual({
    unseen: [
      "pve1, pve4 are offline: what is there could not be seen",
      "pve3 is unknown: what is there could not be seen",
    ],
  });
});
