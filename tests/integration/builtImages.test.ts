// Images that a host builds itself, from a Containerfile beside the stack file.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import versions from "../../versions.json";
import { faultTest } from "./support/faults";
import { eventually, LabHost } from "./support/lab";
import { targets } from "./support/queries";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const BASE = versions.images.prometheus;

describe("an image that is built on the host", () => {
  let host: LabHost;
  let stack: Stack;
  let before: string[];
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "podwatch-containerfile-"));
    host = await LabHost.boot("test-built");
    before = await snapshot(host);
    await containerfile("COPY note /etc/note\nLABEL flavour=first\n");
    await writeFile(join(directory, "note"), "hatched here\n");
    stack = await Stack.create("built", settings());
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
    await rm(directory, { recursive: true, force: true });
  });

  const image = () => ({
    containerfile: join(directory, "Containerfile"),
    context: [join(directory, "note")],
  });
  const settings = (prometheus: object = { image: image() }) => ({
    host: connection("operator", host),
    gateways: { enabled: false },
    grafana: { enabled: false },
    // Often scraped: to see that it is healthy takes a scrape.
    prometheus: { data: "delete", scrapeInterval: "2s", ...prometheus },
  });

  const containerfile = (text: string) =>
    writeFile(join(directory, "Containerfile"), `FROM ${BASE}\n${text}`);

  /** Tags of all images of Prometheus, with what they are made of. */
  const images = async () =>
    (await host.exec("podman images --all --format '{{.Repository}}:{{.Tag}}' | grep -v nginx | sort"))
      .split("\n")
      .filter((line) => line !== "");

  const running = () =>
    host.exec(
      "podman inspect --format '{{.Id}} {{.ImageName}} {{.Config.Labels.flavour}}' podwatch-prometheus",
    );

  const healthy = () =>
    eventually(
      60,
      () => targets(host),
      (found) => found["prometheus/localhost:9090"] === 1,
    );

  test("is built from the Containerfile and its files, and runs", async () => {
    await stack.up();
    await healthy();
    expect(await running()).toMatch(/ localhost\/podwatch-prometheus:[0-9a-f]{16} first\n$/);
    expect(await host.exec("podman exec podwatch-prometheus cat /etc/note")).toBe("hatched here\n");
    expect(await images()).toEqual([BASE, expect.stringMatching(/^localhost\/podwatch-prometheus:/)]);
    const now = await running();
    expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
    expect(await running()).toBe(now);
  });

  faultTest(
    "an image that the host cannot build",
    "one-line error with the last lines of the build; nothing is changed",
    async () => {
      const [now, had] = [await running(), await images()];
      await containerfile("COPY missing /etc/note\n");
      const output = await stack.failingUp();
      expect(output).toMatch(/the image of prometheus cannot be built; nothing was changed:/);
      expect(output).toMatch(/missing/);
      expect(await running()).toBe(now);
      expect(await images()).toEqual(had);
    },
  );

  faultTest(
    "an image that the host has built, and that fails to start",
    "the previous release is restored, healthy; nothing of the failed one is left",
    async () => {
      const had = await images();
      await containerfile('ENTRYPOINT ["/bin/false"]\n');
      expect(await stack.failingUp()).toMatch(/The previous release is back and healthy\./);
      expect(await running()).toMatch(/ first\n$/);
      expect(await images()).toEqual(had);
    },
  );

  test("a change rebuilds it, and the old image is removed", async () => {
    const [, old] = await images();
    await containerfile("COPY note /etc/note\nLABEL flavour=second\n");
    expect(await stack.preview("--diff")).toMatch(/^ *\+ +LABEL flavour=second$/m);
    expect(await stack.up()).toMatchObject({ updated: 1 });
    await healthy();
    expect(await running()).toMatch(/ second\n$/);
    expect(await images()).toEqual([BASE, expect.not.stringContaining(String(old))]);
  });

  test("after a change back to a pulled image, and after destroy, no built image is left", async () => {
    await stack.configure(settings({}));
    await stack.up();
    await healthy();
    expect(await images()).toEqual([BASE]);
    await stack.configure(settings());
    await stack.up();
    await stack.destroy();
    expect(await snapshot(host)).toEqual(before);
  });
});
