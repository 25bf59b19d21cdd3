import type { Unit } from "../../sdk/results.ts";
import { oneLine } from "./one-line.ts";

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A value as one line for people and models; empty for what is absent. */
export function humanise(value: unknown, unit: Unit = "text"): string {
  if (value === undefined || value === null || value === "") return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const number = unit === "text" ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return measured(number, unit);
  if (typeof value === "object") return oneLine(structured(value));
  return oneLine(String(value));
}

function measured(value: number, unit: Unit): string {
  switch (unit) {
    case "bytes":
      return size(value);
    case "percent":
      return `${trimmed(value * 100)}%`;
    case "seconds":
      return duration(value);
    case "time":
      return moment(value);
    default:
      return String(value);
  }
}

/** Bytes in binary units: `1.5 GiB`. */
export function size(bytes: number): string {
  let value = Math.abs(bytes);
  let step = 0;
  while (value >= 1024 && step < SIZES.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${bytes < 0 ? "-" : ""}${trimmed(value)} ${SIZES[step]}`;
}

/** Seconds as the two largest parts: `3d 4h`, `2h 5m`, `45s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, name]) => `${amount}${name}`)
    .join(" ");
}

/** Seconds since the epoch as `2026-01-31 12:00:00Z`. */
export function moment(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return date.toISOString().replace("T", " ").replace(".000Z", "Z");
}

function structured(value: object): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return value.map(String).join(", ");
  return JSON.stringify(value);
}

function trimmed(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
