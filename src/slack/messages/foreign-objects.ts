/** Objects that others made on the hub, as a list: every name in it was chosen by them. Pure. */
import type { ForeignObject } from "../../flow/ports.ts";
import { foreignCode } from "./text.ts";

const NAME = 50;
const SHOWN = 8;
const SUBJECTS = 3;

export const objectCode = ({ namespace, name }: Pick<ForeignObject, "namespace" | "name">): string =>
  foreignCode(namespace === undefined ? name : `${namespace}/${name}`, NAME);

export function subjectCodes(subjects: NonNullable<ForeignObject["subjects"]> = []): string {
  const shown = subjects.slice(0, SUBJECTS).map(objectCode).join(", ");
  return subjects.length > SUBJECTS ? `${shown}, …` : shown;
}

/** In a list each of whose lines names five things. */
export const alarmCode = (text: string): string => foreignCode(text, 70);

export const bullets = <T>(
  objects: readonly T[],
  line: (one: T) => string,
  more: (count: number) => string,
): string[] => {
  const lines = objects.slice(0, SHOWN).map((one) => `• ${line(one)}`);
  return objects.length > SHOWN ? [...lines, `• ${more(objects.length - SHOWN)}`] : lines;
};
