// Values of unit keys that podman or systemd split at spaces, and of which a part would be lost.
import { splitWords } from "../../engines/systemd/unit";
import { quote } from "../problem";
import { assignmentKeys, listKeys, type QuadletSection } from "../schema/quadlet";

/** @param key in lower case */
export function splitProblem(section: QuadletSection, key: string, value: string): string | undefined {
  const [assigns, lists] = [assignmentKeys[section].includes(key), listKeys[section].includes(key)];
  if (!assigns && !lists) return undefined;
  const { words, open } = splitWords(value);
  if (open) return `has a quote that is not closed; write ${requoted(value)} to keep it verbatim`;
  if (lists) {
    return words.length > 1
      ? `would be taken for ${words.length} of them, split at spaces; write each as an item of a list, or ${requoted(value)} if it is one`
      : undefined;
  }
  const lost = words.find((word) => !/^[^=]+=/.test(word));
  if (lost === undefined) return undefined;
  return words.length > 1
    ? `is split at spaces, and ${quote(lost)} would be lost; write ${requoted(value)} if it is one value`
    : `assigns nothing; write it as ${lost.replace(/=.*/s, "") || "NAME"}=value`;
}

/** Quoted as one word, and again for YAML. */
function requoted(value: string): string {
  const word = `"${value.replace(/[\\"]/g, "\\$&")}"`;
  return `'${word.replaceAll("'", "''")}'`;
}
