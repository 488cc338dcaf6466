/** Moments, as the audit commands read and print them. */
import { z } from "zod";
import { UsageError } from "../options.ts";

/** Minutes, in UTC. */
export const utcTime = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

const Moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((moment) => Date.parse(moment));

/** Throws UsageError. */
export function readMoment(option: string, given: string): number {
  const { data } = Moment.safeParse(given);
  if (data === undefined)
    throw new UsageError(`${option} takes a day such as 2026-11-01, or a time such as 2026-11-01T09:00Z.`);
  return data;
}
