import { must } from "../tests/integration/support/lab";

/** Where the contenders from PyPI are installed. */
export type Venvs = Readonly<Record<"ansible" | "pyinfra", string>>;

/** Makes what is missing. */
export async function makeVenvs(): Promise<Venvs> {
  return {
    ansible: await make("ansible", "12.3.0", "bin/ansible-playbook"),
    pyinfra: await make("pyinfra", "3.10.0", "bin/pyinfra"),
  };
}

async function make(...of: [pkg: string, version: string, program: string]): Promise<string> {
  return (await must("bench/venv", of, { timeout: 900 })).trim();
}
