// Projects: `unit` needs nothing but Node; `integration` deploys to lab hosts with the real Pulumi CLI; `takeover`, which
// `make takeover` calls, also needs the history of the repository; `coexistence`, which `make coexistence` calls, packages
// of Debian, as `tls`, which `make tls` calls; `outages`, which `make outages` calls, ten minutes; `machines`, which `make machines`
// calls, the plugin `openstack`; `docker`, which `make docker` calls, is files of `integration` whose hosts have Docker.
const common = {
  testEnvironment: "node",
  transform: { "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
  setupFilesAfterEnv: ["<rootDir>/tests/matchers.ts"],
  modulePathIgnorePatterns: ["<rootDir>/bin/", "<rootDir>/.lab/", "<rootDir>/.pulumi-state/"],
};

/** Files of tests/integration/ that hold with Docker as the engine of their hosts as well. */
const WITH_DOCKER = [
  "authentication",
  "checks",
  "errors",
  "exporters",
  "front",
  "grafana",
  "lifecycle",
  "noGap",
  "operate",
  "prometheus",
  "scale",
  "secrets",
  "transaction",
];

module.exports = {
  // Only what hangs is to fail: with a worker for each core, and more going on beside, a second may become thirty.
  testTimeout: 180_000,
  // Jest itself would leave a core free.
  maxWorkers: "100%",
  testSequencer: "./tests/sequencer.js",
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/tests/**/*.test.ts"],
      testPathIgnorePatterns: [
        "/node_modules/",
        "<rootDir>/tests/integration/",
        "<rootDir>/tests/takeover/",
        "<rootDir>/tests/coexistence/",
        "<rootDir>/tests/tls/",
        "<rootDir>/tests/outages/",
        "<rootDir>/tests/machines/",
        "<rootDir>/tests/docker/",
      ],
    },
    {
      ...common,
      displayName: "integration",
      testMatch: ["<rootDir>/tests/integration/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "tls",
      testMatch: ["<rootDir>/tests/tls/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "coexistence",
      testMatch: ["<rootDir>/tests/coexistence/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "outages",
      testMatch: ["<rootDir>/tests/outages/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "machines",
      testMatch: ["<rootDir>/tests/machines/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "docker",
      setupFiles: ["<rootDir>/tests/docker/engine.js"],
      testMatch: [
        ...WITH_DOCKER.map((name) => `<rootDir>/tests/integration/${name}.test.ts`),
        "<rootDir>/tests/docker/**/*.test.ts",
      ],
    },
    {
      ...common,
      displayName: "takeover",
      testMatch: ["<rootDir>/tests/takeover/**/*.test.ts"],
    },
  ],
};
