/** The part of the configuration that decides who may have which access. */
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
  admins: Principal[];
  passkeys: PasskeyTable;
  /** Milliseconds before the end. */
  reminders: number[];
}
