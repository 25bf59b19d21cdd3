import { isTotp } from "./totp.ts";
import type { LabSecondFactor, LabUser } from "./types.ts";

/** The factors a user may answer with, as a login tells them; undefined where there are none at all. */
export function challengeOf({ secondFactors = [] }: LabUser): string | undefined {
  if (secondFactors.length === 0) return undefined;
  const codes = secondFactors.find(({ type }) => type === "recovery")?.codes ?? [];
  const left = codes.flatMap((code, index) => (code === undefined ? [] : [index]));
  const isOn = (kind: LabSecondFactor["type"]) =>
    secondFactors.some(({ type, disabled }) => type === kind && disabled !== true);
  return JSON.stringify({
    ...(isOn("totp") ? { totp: true } : {}),
    ...(left.length > 0 ? { recovery: left } : {}),
    ...(isOn("yubico") ? { yubico: true } : {}),
  });
}

/** Whether an answer of the form `totp:123456` or `recovery:code` is right; a code is used up by it. */
export function answersChallenge(user: LabUser, answer: string, now: number): boolean {
  const [, kind, value = ""] = /^(totp|recovery):(.*)$/s.exec(answer) ?? [];
  const factors = user.secondFactors ?? [];
  if (kind === "totp") {
    return factors.some(
      ({ uri, disabled }) => uri !== undefined && disabled !== true && isTotp(uri, value, now),
    );
  }
  if (kind !== "recovery" || !factors.some(({ codes }) => codes?.includes(value))) return false;
  user.secondFactors = factors.map((factor) =>
    factor.codes === undefined
      ? factor
      : { ...factor, codes: factor.codes.map((code) => (code === value ? undefined : code)) },
  );
  return true;
}
