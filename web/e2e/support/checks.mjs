// A runner of a dozen lines: named steps, one line each, and the line of totals that every Frontrow
// test prints. A failed step does not stop the next one, so that one run tells the most.
export function createChecks() {
  let passed = 0;
  let failed = 0;
  return {
    async check(name, step) {
      try {
        await step();
        passed += 1;
        console.log(`ok    ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${name}\n      ${error instanceof Error ? error.message : error}`);
      }
    },
    /** Prints the totals and returns the exit code. */
    finish() {
      console.log(`${passed} passed, ${failed} failed`);
      return failed === 0 ? 0 : 1;
    },
  };
}
