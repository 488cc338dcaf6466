/** The tables that every language fills: a status, refusal, failure or action nothing words does not compile. */
import type { DisplayStatus } from "../../domain/message-key.ts";
import type { Standing } from "../../domain/person.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { Failure, Outage, State } from "../../domain/request.ts";
import type { ActionId } from "../ids.ts";
import type { Facts } from "./facts.ts";
import type { Formatter } from "./formatter.ts";

export type Sentence = (f: Facts, fmt: Formatter) => string;
export type ByStatus = Record<DisplayStatus, Sentence>;
export type ByOutage = Record<Outage["what"], Sentence>;
export type ByState<T = string> = Record<State, T>;
export type ByStanding = Record<Standing, string>;
export type ByFailure = Record<Failure, Sentence>;
export type ByAction = Record<ActionId, string>;
export type ByRefusal = {
  [K in Refusal["kind"]]: (refusal: Extract<Refusal, { kind: K }>, fmt: Formatter) => string;
};
/** Where its sentence tells of a line, and there is none. */
export type AtInput = Pick<ByRefusal, "time-last" | "no-reason" | "reason-too-long">;

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The role of a corrected line: its first word, without the command, an emergency's, and whom it is allowed. */
export const roleOf = (line: string): string =>
  line
    .replace(/^\/\S+\s+/, "")
    .replace(/^(?:(?:emergency|紧急)|(?:allow|允许) \S+)\s+/, "")
    .split(/\s/)[0] ?? "";
