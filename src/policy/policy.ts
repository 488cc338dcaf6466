/** All that decides who may have what: the part of the configuration that the rules read. */
import type { Principal } from "../request/ids.ts";
import type { Limits } from "./limits.ts";
import type { PasskeyTable } from "./passkeys.ts";
import type { RoleTable } from "./roles.ts";
import type { Rule } from "./rules.ts";

export interface Policy extends RoleTable {
  instance: string;
  hub: { name: string };
  /** The first that matches decides. */
  rules: Rule[];
  limits: Limits;
  /** May revoke anything. */
  admins: Principal[];
  passkeys: PasskeyTable;
  /** How long before the end the holder is reminded, ms. */
  reminders: number[];
}
