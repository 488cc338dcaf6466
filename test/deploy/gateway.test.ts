/** deploy/gateway: the page and the configuration of nginx agree with what serves them; test/compose tries them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the page's policy lets in its own script and style alone", () => {
  const page = text("deploy/gateway/login.html");
  const hashes = ["script", "style"].map((tag) => {
    const found = [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))];
    expect(found).toHaveLength(1);
    const hash = createHash("sha256").update(found[0]?.[1] ?? "");
    return `${tag}-src 'sha256-${hash.digest("base64")}'`;
  });
  expect(page).toContain(`default-src 'none'; ${hashes.join("; ")}; base-uri 'none'`);
});

test("compose and the chart fill in the same variables, all that nginx's configuration has", () => {
  const asked = [...text("deploy/gateway/gateway.conf.template").matchAll(/\$\{(\w+)\}/g)];
  const names = [...new Set(asked.map(([, name]) => name))].toSorted();
  const { environment, image } = parse(text("docker-compose.yml")).services.gateway;
  expect(Object.keys(environment).toSorted()).toEqual(names);
  const chart = text("deploy/chart/templates/gateway.yaml").matchAll(/name: (GATEWAY_\w+)/g);
  expect([...chart].map(([, name]) => name).toSorted()).toEqual(names);
  expect(parse(text("deploy/chart/values.yaml")).gateway.image).toBe(image);
});
