/** Who acts on access: a person of the workspace, or whoever runs a command where the bot runs. Pure. */
import { z } from "zod";
import { Person } from "./person.ts";

/** By the name that the system gives them, or that they give. */
export const Operator = z.object({ operator: z.string().min(1) });
export type Operator = z.infer<typeof Operator>;

export const By = z.union([Person, Operator]);
export type By = z.infer<typeof By>;

export const isOperator = (by: By): by is Operator => "operator" in by;

/** For the trail. */
export const whoOf = (by: By): string => (isOperator(by) ? operatorOf(by.operator) : by.id);

export const operatorOf = (name: string): string => `operator ${name}`;

/** Whom the trail means, where that is an operator. */
export const operatorIn = (who: string): string | null => /^operator (.+)$/.exec(who)?.[1] ?? null;
