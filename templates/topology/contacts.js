// Managed by Podwatch. Changes made here are overwritten.
// From the contacts of sites to templates of Alertmanager; runs inside NGINX (njs).

// How long a contact that is gone is still written to, in seconds: about an alert that began before, until it has ended.
const GRACE = 3600;

// What is in force, by site: the addresses, and since when they are gone.
function next(inForce, found, now) {
  const sites = {};
  Object.keys(inForce).forEach((site) => {
    const before = inForce[site];
    const since = before.gone === undefined ? now : before.gone;
    if (now - since < GRACE) {
      sites[site] = { to: before.to, gone: since };
    }
  });
  found.forEach((one) => {
    sites[one.site] = { to: one.to };
  });
  return sites;
}

// As text of a template, whatever the name of the site is.
function literal(text) {
  return `"${text.replace(/["\\{}<>&'`]/g, (one) => `\\u${(0x10000 + one.charCodeAt(0)).toString(16).slice(1)}`)}"`;
}

// Mail about a site without contacts goes to others, whom Alertmanager knows.
function template(name, sites) {
  const lines = Object.keys(sites)
    .sort()
    .map(
      (site) =>
        `{{ if eq .GroupLabels.site ${literal(site)} }}{{ $told = true }}${sites[site].to.join(", ")}{{ end -}}`,
    );
  const others = `{{ if not $told }}{{ template "${name}.others" . }}{{ end -}}`;
  return `{{ define "${name}" -}}\n${["{{ $told := false -}}"].concat(lines, [others, ""]).join("\n")}{{- end }}\n`;
}

export default { next, template };
