import { expect, test } from "@jest/globals";
import { Flights } from "../../../kernel/transports/flights.ts";
import { Lanes } from "../../../kernel/transports/rest/lanes.ts";

const never = () => new AbortController().signal;

test("work of different keys is not shared", async () => {
  const flights = new Flights<string>();
  const both = [flights.join("a", never(), async () => "a"), flights.join("b", never(), async () => "b")];
  await expect(Promise.all(both)).resolves.toEqual(["a", "b"]);
});

test("work that ended is begun anew, also when it failed", async () => {
  const flights = new Flights<number>();
  let begun = 0;
  const work = async () => {
    begun += 1;
    if (begun === 1) throw new Error("first");
    return begun;
  };
  await expect(flights.join("a", never(), work)).rejects.toThrow("first");
  await expect(flights.join("a", never(), work)).resolves.toBe(2);
});

test("work that everybody left is not joined by who comes after", async () => {
  const flights = new Flights<string>();
  const leaver = new AbortController();
  const left = flights.join("a", leaver.signal, () => new Promise(() => undefined));
  leaver.abort(new Error("left"));
  await expect(left).rejects.toThrow("left");
  await expect(flights.join("a", never(), async () => "new")).resolves.toBe("new");
});

test("work that is outdated goes on for its readers, and is aborted when they have left", async () => {
  const flights = new Flights<string>();
  const reader = new AbortController();
  let seen: AbortSignal | undefined;
  const old = flights.join("a", reader.signal, (signal) => {
    seen = signal;
    return new Promise(() => undefined);
  });
  flights.forget();
  await expect(flights.join("a", never(), async () => "new")).resolves.toBe("new");
  expect(seen?.aborted).toBe(false);
  reader.abort(new Error("left"));
  await expect(old).rejects.toThrow("left");
  expect(seen?.aborted).toBe(true);
});

test("lanes are given out in order, the last one used first", async () => {
  let made = 0;
  const lanes = new Lanes(2, () => ++made);
  const first = await lanes.take(never());
  const second = await lanes.take(never());
  const order: string[] = [];
  const queue = async (name: string) => {
    const lane = await lanes.take(never());
    order.push(name);
    return lane;
  };
  const third = queue("third");
  const leaver = new AbortController();
  const left = lanes.take(leaver.signal);
  const fourth = queue("fourth");
  leaver.abort(new Error("left"));
  await expect(left).rejects.toThrow("left");

  second.release();
  expect((await third).item).toBe(second.item);
  first.release();
  (await fourth).release();
  expect(order).toEqual(["third", "fourth"]);
  expect((await lanes.take(never())).item).toBe(first.item);
  expect(lanes.items).toEqual([1, 2]);
});
