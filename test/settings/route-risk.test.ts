import assert from "node:assert/strict";
import { test } from "node:test";
import { hookRisk } from "../../src/settings/hook-risk.ts";
import { routeRisk, routeRunRisk } from "../../src/settings/route-risk.ts";

const routes = [
  ["^/admin basicauth:Admin,user:secret", "error"],
  ["^/admin  basicauth:Admin,user:secret", "error"],
  ["^/admin ldapauth:Admin,url=ldap://localhost", "error"],
  ["^/old break:410 Gone", "error"],
  ["^/old redirect-permanent:https://example.org/", "error"],
  ["^/(.*) rewrite:/index/$1", "error"],
  ["^/x setremoteaddr:127.0.0.1", "error"],
  ["^/x no-such-action:1", "error"],
  ["^/x", "error"],
  ["", "error"],
  ["^/health donotlog:", "warning"],
  ["^/health donotlog", "warning"],
  ["^/x log:basicauth:seen", "warning"],
  ["^/ addheader:X-Served-By: tsgi", "warning"],
  ["isfile:/srv/closed addvar:CLOSED=1", "warning"],
  ["^/public last:", "warning"],
] as const;

for (const [value, risk] of routes) {
  test(`leaving out "route = ${value}" is worth: ${risk}`, () => assert.equal(routeRisk(value), risk));
}

test("route-run names its action at once", () => {
  assert.equal(routeRunRisk("addheader:Connection: Close"), "warning");
  assert.equal(routeRunRisk("basicauth:Admin,user:secret"), "error");
});

test("leaving out a hook that guards a file is an error, one that prints is not", () => {
  assert.equal(hookRisk("chmod:/run/site.sock 600"), "error");
  assert.equal(hookRisk("umount:/.old detach"), "error");
  assert.equal(hookRisk("/run/touched chown:/run/site.sock www-data"), "error");
  assert.equal(hookRisk("print:ready"), "warning");
  assert.equal(hookRisk("unix_signal:15 gracefully_kill_them_all"), "warning");
});
