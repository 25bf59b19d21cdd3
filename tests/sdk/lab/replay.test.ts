import { describe, expect, test } from "@jest/globals";
import { createLab } from "../../../sdk/lab/index.ts";
import { DIVERGENCES } from "./replay/divergences.ts";
import { replay } from "./replay/replay.ts";
import { loadSequence, sequenceNames } from "./replay/sequence.ts";

describe("the lab answers recorded exchanges as Proxmox VE did", () => {
  test.each(sequenceNames())("%s", async (name) => {
    const lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    try {
      const differences = await replay(loadSequence(name), lab);
      const place = (text: string) => `${name}${text.split(" ", 1)[0]}`;
      expect(differences.filter((text) => !(place(text) in DIVERGENCES))).toEqual([]);
      const listed = Object.keys(DIVERGENCES).filter((key) => key.startsWith(`${name}#`));
      expect(listed).toEqual([...new Set(differences.map(place))]);
    } finally {
      await lab.close();
    }
  });

  test("what diverges is an exchange that was recorded", () => {
    const names = Object.keys(DIVERGENCES).map((key) => key.replace(/#\d+$/, ""));
    expect(sequenceNames()).toEqual(expect.arrayContaining(names));
  });
});
