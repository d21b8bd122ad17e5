// A bucket of an S3-compatible server on this machine, over HTTPS with a certificate of an authority that no system knows.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT, eventually, HERE, must, run } from "./lab";
import { Elsewhere } from "./tls";

const PORT = 9443;

export class Bucket {
  private readonly directory = mkdtempSync(join(tmpdir(), "podwatch-bucket-"));
  private readonly authority = new Elsewhere("bucket authority");
  private server: ChildProcess | undefined;

  /** For `backup.s3`, with the access key as a secret apart. */
  readonly settings = {
    endpoint: `https://${HERE}:${PORT}`,
    bucket: "saved",
    region: "eu-central-1",
    accessKeyId: "lab",
  };
  readonly secretAccessKey = "bucket-s3cret-key";
  readonly ca = this.authority.ca;

  async start(): Promise<void> {
    await must("lab/s3/serve", []);
    const { certificate, keyFile } = this.authority.signed("bucket", `IP:${HERE}`);
    const certificateFile = join(this.directory, "certificate");
    writeFileSync(certificateFile, certificate);
    mkdirSync(join(this.directory, "buckets", this.settings.bucket), { recursive: true });
    const args = [join(this.directory, "buckets"), `${HERE}:${PORT}`, certificateFile, keyFile];
    this.server = spawn("lab/s3/serve", args, {
      cwd: CHECKOUT,
      stdio: "ignore",
      env: { ...process.env, RCLONE_AUTH_KEY: `"${this.settings.accessKeyId},${this.secretAccessKey}"` },
    });
    await eventually(
      20,
      () => run("curl", ["--silent", "--insecure", this.settings.endpoint]),
      ({ code }) => code === 0,
    );
  }

  /** What is below a path of the bucket. */
  list(...path: readonly string[]): string[] {
    return readdirSync(join(this.directory, "buckets", this.settings.bucket, ...path)).sort();
  }

  stop(): void {
    this.server?.kill();
    this.authority.dispose();
    rmSync(this.directory, { recursive: true });
  }
}
