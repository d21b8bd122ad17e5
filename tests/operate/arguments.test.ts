import { parseArguments, parseWithWords } from "../../operate/arguments";
import { COMMANDS } from "../../operate/commands";
import { panelQueries } from "../../operate/dashboard";
import { help } from "../../operate/help";
import { scripts } from "../../package.json";

const takes = (name: string) => COMMANDS[name]?.takes ?? [];

test("arguments of a command", () => {
  expect(parseArguments("logs", takes("logs"), ["-s", "dev", "--service", "nginx", "-f", "-n", "7"])).toEqual(
    {
      stack: "dev",
      host: undefined,
      service: "nginx",
      json: false,
      timeout: undefined,
      follow: true,
      lines: 7,
      to: undefined,
      from: undefined,
      fromHost: undefined,
      force: false,
    },
  );
});

test.each<[string[], string | undefined, string[]]>([
  [["one"], undefined, ["one"]],
  [["--stack", "dev", "one", "ls", "-l", "--stack", "x"], "dev", ["one", "ls", "-l", "--stack", "x"]],
  [["--stack=dev", "one", "a b", ""], "dev", ["one", "a b", ""]],
  [["-s", "dev", "--", "one", "--", "x"], "dev", ["one", "--", "x"]],
  [["-sdev", "one"], "dev", ["one"]],
])("%j for ssh: what follows the options is the user's", (args, stack, words) => {
  expect(parseWithWords("ssh", takes("ssh"), args)).toMatchObject({ stack, words });
});

test("ssh refuses options that it does not have, and wants a host", async () => {
  expect(() => parseWithWords("ssh", takes("ssh"), ["--json", "one"])).toThrow(
    /^Unknown option '--json': ssh takes --stack$/,
  );
  await expect(COMMANDS.ssh?.run(parseWithWords("ssh", takes("ssh"), []))).rejects.toThrow(
    "HOST is missing: name a host of the stack, and perhaps a command",
  );
  expect(help("ssh")).toMatch(
    /^npm run ssh -- --stack STACK \[OPTION\.\.\.\] HOST \[COMMAND \[ARGUMENT\.\.\.\]\]: logs in/,
  );
});

test.each([
  [["--jsno"], /^Unknown option '--jsno': status takes --stack, --host, --json, --timeout$/],
  [["--follow"], /--follow.*status takes/],
  [["dev"], /dev.*status takes/],
  [["--timeout", "1m"], /^--timeout "1m" is not a number: give a whole number from 1$/],
])("%j is refused with the way out", (args, message) => {
  expect(() => parseArguments("status", takes("status"), args)).toThrow(message);
});

test("--help lists a command's options, and without a command all commands", () => {
  expect(help("drift")).toMatch(
    /^npm run drift -- --stack STACK \[OPTION\.\.\.\]: .*\n\n {2}--stack STACK .*\n {2}--host HOST .*\n {2}--json .*\n {2}--timeout SECONDS .*\n/,
  );
  const listed = [...help("--help").matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
  expect(listed).toEqual(Object.keys(COMMANDS));
});

test("every command is an npm script of the same name", () => {
  const own = Object.entries(scripts).filter(([, line]) => line.startsWith("node operate/run.js"));
  const wanted = Object.keys(COMMANDS).map((name) => [name, `node operate/run.js ${name}`]);
  expect(Object.fromEntries(own)).toEqual(Object.fromEntries(wanted));
});

test("queries of a dashboard, with variables as for All", () => {
  const found = panelQueries({
    title: "T",
    templating: {
      list: [
        { name: "instance", includeAll: true, allValue: ".+" },
        { name: "job", includeAll: true },
        { name: "le", current: { value: ["a", "b"] } },
      ],
    },
    panels: [
      { title: "none" },
      {
        title: "folded",
        panels: [
          {
            title: "inner",
            datasource: { uid: "P" },
            targets: [
              { refId: "A", expr: 'x{i=~"$instance",j=~"${job:regex}",l=~"[[le]]|$le"}[$__rate_interval]' },
              { refId: "B", expr: "y", hide: true },
            ],
          },
        ],
      },
    ],
  });
  expect(found).toEqual([
    {
      panel: "inner",
      body: {
        from: "now-15m",
        to: "now",
        queries: [
          {
            datasource: { uid: "P" },
            intervalMs: 15_000,
            maxDataPoints: 300,
            refId: "A",
            expr: 'x{i=~".+",j=~".*",l=~"(a|b)|(a|b)"}[$__rate_interval]',
          },
        ],
      },
    },
  ]);
});
