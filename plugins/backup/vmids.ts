import { listedAs, Type } from "../../sdk/index.ts";

const VMID = { type: "integer", minimum: 100, maximum: 999_999_999 };

/** An optional list of VMIDs, as numbers or in the API's text form; they need not exist (yet). */
export function vmids(description: string) {
  return Type.Optional(
    listedAs(
      Type.Unsafe<readonly number[] | string>({
        anyOf: [
          { type: "array", items: VMID, minItems: 1 },
          { type: "string", minLength: 3 },
        ],
        description,
      }),
      { type: "array", description },
    ),
  );
}
