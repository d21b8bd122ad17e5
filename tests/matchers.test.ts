/** What a failed assertion says. */
function said(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("an exit code that is not the expected one is shown with all that was printed", () => {
  const ended = { code: 3, stdout: "FAILED  targets: none\n", stderr: "a warning\n" };
  expect(ended).toHaveExited(3);
  expect(ended).not.toHaveExited(0);
  expect(said(() => expect(ended).toHaveExited(0))).toBe(
    "expected exit code: 0\nreceived: 3\n\nstdout:\nFAILED  targets: none\n\n\nstderr:\na warning\n",
  );
  expect(said(() => expect({ code: 0, json: { passed: true } }).not.toHaveExited(0))).toBe(
    'expected exit code: anything but 0\nreceived: 0\n\njson:\n{\n  "passed": true\n}',
  );
  expect(said(() => expect({ code: null }).toHaveExited(0))).toBe("expected exit code: 0\nreceived: null");
});
