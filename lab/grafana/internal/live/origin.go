package live

import (
	"net/url"
	"path"
	"strings"
)

// originAllowed is Grafana's rule: a browser's Origin must be that of root_url, or match [live] allowed_origins, where
// "*" allows any and other patterns are globs over scheme, host and port.
func originAllowed(origin, appURL string, patterns []string) bool {
	if origin == "" {
		return true // no browser
	}
	given, err := url.Parse(strings.ToLower(origin))
	if err != nil {
		return false
	}
	if app, err := url.Parse(strings.ToLower(appURL)); err == nil && given.Scheme == app.Scheme {
		host := app.Host
		if given.Port() == "" {
			host = app.Hostname()
		}
		if given.Host == host {
			return true
		}
	}
	for _, pattern := range patterns {
		if pattern == "*" {
			return true
		}
		if match, err := path.Match(withoutSlashes(pattern), withoutSlashes(strings.ToLower(origin))); err == nil && match {
			return true
		}
	}
	return false
}

// withoutSlashes lets a glob's star reach across the scheme's "://" as Grafana's globs do.
func withoutSlashes(text string) string { return strings.ReplaceAll(text, "/", "\x00") }
