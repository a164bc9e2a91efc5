/**
 * For the `skip` of a test that needs a program of others: a reason where it is missing. With CI set never:
 * the test then runs, and fails.
 */
export function skipUnless(isThere: boolean, name: string): string | false {
  return isThere || process.env["CI"] ? false : `no ${name} here`;
}
