/** Programs that some tests need. Where one is missing, its tests are skipped; in CI this is an error. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe } from "vitest";
import { envtestAvailable } from "../../sandbox/hub/envtest.ts";

export const HELM = process.env.HELM || "helm";
export const ACTIONLINT = process.env.ACTIONLINT || "actionlint";
export const NGINX = process.env.NGINX || "/usr/sbin/nginx";
export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

/** For `http2 on`. */
const isNewNginx = () => /nginx\/1\.(2[5-9]|[3-9]\d)\./.test(String(spawnSync(NGINX, ["-v"]).stderr));
const runs = (command: string, argument = "--version") => spawnSync(command, [argument]).status === 0;

const PROGRAMS = {
  "a real API server": {
    isThere: envtestAvailable,
    advice: "Get etcd and kube-apiserver with setup-envtest, and set KUBEBUILDER_ASSETS to their folder.",
  },
  Helm: { isThere: () => runs(HELM, "version"), advice: "Install helm, or set HELM to its path." },
  promtool: { isThere: () => runs("promtool"), advice: "Run `apt-get install prometheus`." },
  actionlint: {
    isThere: () => runs(ACTIONLINT),
    advice: "Install actionlint, or set ACTIONLINT to its path.",
  },
  nginx: {
    isThere: isNewNginx,
    advice: "Run `apt-get install nginx-light`, or set NGINX to the path of nginx 1.25 or newer.",
  },
  Chromium: {
    isThere: () => existsSync(CHROMIUM),
    advice: "Run `apt-get install chromium`, or set CHROMIUM to its path.",
  },
};
export type Program = keyof typeof PROGRAMS;

/** `describe`, or `describe.skip` when the machine lacks one of them. */
export const needs = (...programs: Program[]) =>
  describe.skipIf(programs.some((program) => !PROGRAMS[program].isThere()));

/** One line for each missing program. */
export const skippedHere = (): string[] =>
  Object.entries(PROGRAMS)
    .filter(([, { isThere }]) => !isThere())
    .map(([program, { advice }]) => `Skipped on this machine: tests with ${program}. ${advice}`);
