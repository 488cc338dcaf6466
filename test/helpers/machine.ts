/** Programs that some tests need and a machine may lack. What is lacking is told once; in CI nothing may be. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe } from "vitest";
import { envtestAdvice, envtestAvailable } from "../../sandbox/hub/envtest.ts";

export const HELM = process.env.HELM || "helm";
export const ACTIONLINT = process.env.ACTIONLINT || "actionlint";
export const NGINX = process.env.NGINX || "/usr/sbin/nginx";
export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

/** For `http2 on`. */
const isNewNginx = () => /nginx\/1\.(2[5-9]|[3-9]\d)\./.test(String(spawnSync(NGINX, ["-v"]).stderr));
const runs = (command: string, argument = "--version") => spawnSync(command, [argument]).status === 0;

const PROGRAMS = {
  "a real API server": { isThere: envtestAvailable, advice: envtestAdvice },
  Helm: { isThere: () => runs(HELM, "version"), advice: "needs helm on the PATH, or its path in HELM" },
  promtool: { isThere: () => runs("promtool"), advice: "comes with apt-get install prometheus" },
  actionlint: {
    isThere: () => runs(ACTIONLINT),
    advice: "needs actionlint on the PATH, or its path in ACTIONLINT",
  },
  nginx: {
    isThere: isNewNginx,
    advice: "comes with apt-get install nginx-light, in version 1.25 or newer, or needs its path in NGINX",
  },
  Chromium: {
    isThere: () => existsSync(CHROMIUM),
    advice: "needs /usr/bin/chromium, or its path in CHROMIUM",
  },
};
export type Program = keyof typeof PROGRAMS;

/** `describe`, or `describe.skip` when the machine lacks one of them. */
export const needs = (...programs: Program[]) =>
  describe.skipIf(programs.some((program) => !PROGRAMS[program].isThere()));

/** A line for each that is not there. */
export const lacking = (): string[] =>
  Object.entries(PROGRAMS).flatMap(([program, { isThere, advice }]) =>
    isThere() ? [] : [`Skipped: tests with ${program}, which ${advice}.`],
  );
