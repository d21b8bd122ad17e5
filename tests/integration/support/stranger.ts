import type { LabHost } from "./lab";

/**
 * What another user of a host can list or open below a directory, a line each; who can open a file can also lock it.
 * Left out are programs, which are everybody's.
 */
export function openToOthers(host: LabHost, directory: string): Promise<string> {
  return host.exec(`
    find ${directory} -path '*/programs' -prune -o -print >/tmp/paths
    chmod 644 /tmp/paths
    su -s /bin/sh nobody -c '
      while IFS= read -r path; do
        if ls -A "$path/." >/dev/null 2>&1; then echo "lists $path"; fi
        if head -c 1 "$path" >/dev/null 2>&1; then echo "opens $path"; fi
      done' </tmp/paths
    rm /tmp/paths`);
}
