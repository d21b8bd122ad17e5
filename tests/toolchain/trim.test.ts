// The Pulumi CLI without the clouds' SDKs. Go is a stand-in that has a module of a few files in the form of the real one's.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const TRIM = join(__dirname, "../../lab/toolchain/cli/trim");

const MODULE: Readonly<Record<string, string>> = {
  "backend/diy/backend.go": `import (
	_ "gocloud.dev/blob/azureblob"
	_ "gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/gcsblob"
	"github.com/pulumi/pulumi/pkg/v3/authhelpers"
)
func open() {
	if p.Scheme == gcsblob.Scheme {
		authhelpers.Use()
	}
	mux.Open()
}
`,
  "secrets/cloud/manager.go": `import (
	_ "gocloud.dev/secrets/awskms"
	"google.golang.org/api/cloudkms/v1"
	"github.com/pulumi/pulumi/pkg/v3/authhelpers"
)
	switch scheme {
	case gcpkms.Scheme:
		return opener.OpenKeeperURL(url)
	default:
	}
`,
  "authhelpers/gcp.go": "package authhelpers\n",
  "operations/operations_aws.go": 'import "github.com/aws/aws-sdk-go"\n',
  "operations/operations_gcp.go": 'import "cloud.google.com/go/logging"\n',
  "cmd/testdata/big": "",
};

/** Says where the module is, and what the CLI imports. */
const GO = `#!/bin/sh
case $1 in
  mod) printf '{\\n\\t"Dir": "%s",\\n\\t"Sum": "h1:"\\n}\\n' "$ORIGINAL" ;;
  list) printf 'fmt\\n%s\\n' "$IMPORTED" ;;
  *) exit 2 ;;
esac
`;

let directory: string;
const original = () => join(directory, "original");
const trimmed = (path: string) => readFileSync(join(directory, "trimmed", path), "utf8");

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-trim-"));
  for (const [path, text] of Object.entries(MODULE)) {
    mkdirSync(dirname(join(original(), path)), { recursive: true });
    writeFileSync(join(original(), path), text);
  }
  mkdirSync(join(directory, "bin"));
  writeFileSync(join(directory, "bin/go"), GO, { mode: 0o755 });
});

afterEach(() => rmSync(directory, { recursive: true }));

function trim(imported = "errors") {
  const PATH = `${directory}/bin:${process.env.PATH}`;
  const env = { ...process.env, PATH, ORIGINAL: original(), IMPORTED: imported };
  const { status, stderr } = spawnSync(TRIM, [join(directory, "trimmed")], { env, encoding: "utf8" });
  return { status, stderr };
}

test("takes the clouds out, leaves the rest, and does not touch the original", () => {
  expect(trim()).toEqual({ status: 0, stderr: "" });
  expect(trimmed("pkg/backend/diy/backend.go")).toBe(
    'import (\n\t_ "gocloud.dev/blob/fileblob"\n)\nfunc open() {\n\tmux.Open()\n}\n',
  );
  expect(trimmed("pkg/secrets/cloud/manager.go")).toBe("import (\n)\n\tswitch scheme {\n\tdefault:\n\t}\n");
  const files = execFileSync("find", [join(directory, "trimmed/pkg"), "-type", "f", "-printf", "%P\n"]);
  expect(`${files}`).not.toMatch(/testdata|authhelpers/);
  for (const cloud of ["AWS", "GCP"]) {
    const code = trimmed(`pkg/operations/operations_${cloud.toLowerCase()}.go`);
    expect(code).toContain(`shows no logs of ${cloud}`);
    expect(code).not.toContain("aws-sdk");
  }
  const replaced = [...trimmed("go.mod").matchAll(/^replace (\S+) => (\S+)$/gm)].map(([, from, to]) => [
    from,
    to,
  ]);
  expect(replaced).toEqual([
    ["github.com/pulumi/pulumi/pkg/v3", join(directory, "trimmed/pkg")],
    ["google.golang.org/api", join(directory, "trimmed/api")],
  ]);
  for (const [path, text] of Object.entries(MODULE)) {
    expect(readFileSync(join(original(), path), "utf8")).toBe(text);
  }
});

test("a version of the CLI that still uses one is refused by its name", () => {
  const { status, stderr } = trim("github.com/aws/aws-sdk-go-v2/service/kms");
  expect(status).toBe(1);
  expect(stderr).toBe("github.com/aws/aws-sdk-go-v2/service/kms\ntrim: the CLI still uses these\n");
});

test("a version of the CLI in which a file is elsewhere is refused", () => {
  rmSync(join(original(), "operations/operations_gcp.go"));
  expect(trim()).toMatchObject({
    status: 1,
    stderr: "trim: there is no operations/operations_gcp.go any more\n",
  });
});
