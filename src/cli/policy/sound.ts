/** Of a file with mistakes of form, the roles and rules that have none: what they mean can be looked at all the same. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { Role, RoleName } from "../../domain/catalog.ts";
import { PolicyRule, type Rulebook } from "../../domain/policy-rule.ts";

const Written = z.object({
  roles: z.record(z.string(), z.unknown()).catch({}),
  rules: z.array(z.unknown()).catch([]),
});

/** Empty where the file cannot be read. */
export function soundPart(path: string): Rulebook {
  const { roles: written, rules } = writtenIn(path);
  const roles = Object.fromEntries(
    Object.entries(written).flatMap(([name, role]) => {
      const read = Role.safeParse(role);
      return read.success && RoleName.safeParse(name).success ? [[name, read.data]] : [];
    }),
  );
  const sound = rules.flatMap((rule) => PolicyRule.safeParse(rule).data ?? []);
  const known = ({ when }: PolicyRule) => when.role?.every((name) => Object.hasOwn(roles, name)) ?? true;
  return { roles, rules: sound.filter(known), limits: {} };
}

function writtenIn(path: string): z.infer<typeof Written> {
  try {
    return Written.parse(parse(readFileSync(path, "utf8")));
  } catch {
    return { roles: {}, rules: [] };
  }
}
