// Package settings reads Grafana's configuration: defaults, cfg:default arguments, grafana.ini, GF_ variables and cfg:
// arguments, each stronger than the one before.
package settings

import (
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed defaults.ini
var defaults string

// Options are what the command line gave.
type Options struct {
	HomePath   string
	ConfigFile string
	// Overrides are the arguments cfg:section.key=value and cfg:default.section.key=value.
	Overrides []string
}

// Settings are the values in force.
type Settings struct {
	all values

	AppURL, AppSubURL   string // root_url with a closing slash; its path without one
	ServeFromSubPath    bool
	Addr                string
	DataPath            string
	ProvisioningPath    string
	LogLevel            string
	AllowedOrigins      []string
	MaxLoginAttempts    int // 0: no limit
	AnonymousRole       string
	CookieName          string
	CookieSecure        bool
	MetricsEnabled      bool
	RouterLogging       bool
	DisableInitialAdmin bool
	BasicAuthEnabled    bool
}

// Load merges all layers and checks what the stand-in honours.
func Load(o Options) (*Settings, error) {
	all := values{}
	if err := all.parseInto("defaults.ini", defaults); err != nil {
		return nil, err
	}
	if err := applyOverrides(all, o.Overrides, true); err != nil {
		return nil, err
	}
	if err := readFile(all, o); err != nil {
		return nil, err
	}
	for section, keys := range all {
		for key := range keys {
			// An empty variable counts as not given, as in Grafana.
			if value := os.Getenv(envName(section, key)); value != "" {
				keys[key] = value
			}
		}
	}
	if err := applyOverrides(all, o.Overrides, false); err != nil {
		return nil, err
	}
	for section, keys := range all {
		for key, value := range keys {
			expanded, err := Expand(value)
			if err != nil {
				return nil, fmt.Errorf("failed to expand [%s] %s: %w", section, key, err)
			}
			keys[key] = expanded
		}
	}
	s := &Settings{all: all}
	return s, s.resolve(o.HomePath)
}

func readFile(all values, o Options) error {
	file := o.ConfigFile
	if file == "" {
		file = filepath.Join(o.HomePath, "conf", "custom.ini")
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return nil
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("failed to parse %q: %w", file, err)
	}
	if err := all.parseInto(file, string(text)); err != nil {
		return fmt.Errorf("failed to parse %q: %w", file, err)
	}
	return nil
}

func applyOverrides(all values, overrides []string, asDefault bool) error {
	for _, argument := range overrides {
		name, value, found := strings.Cut(strings.TrimPrefix(argument, "cfg:"), "=")
		name, isDefault := strings.CutPrefix(name, "default.")
		if !found || !strings.Contains(name, ".") {
			return fmt.Errorf("argument %q: write cfg:[default.]section.key=value", argument)
		}
		if isDefault == asDefault {
			dot := strings.LastIndex(name, ".")
			all.set(name[:dot], name[dot+1:], value)
		}
	}
	return nil
}

func (s *Settings) resolve(home string) error {
	if protocol := s.Get("server", "protocol"); protocol != "http" {
		return fmt.Errorf("[server] protocol = %q: the stand-in serves http only", protocol)
	}
	port, err := strconv.Atoi(s.Get("server", "http_port"))
	if err != nil || port < 0 || port > 65535 {
		return fmt.Errorf("[server] http_port = %q: not a port", s.Get("server", "http_port"))
	}
	s.Addr = net.JoinHostPort(s.Get("server", "http_addr"), strconv.Itoa(port))
	if err := s.resolveRootURL(port); err != nil {
		return err
	}
	attempts, err := strconv.Atoi(s.Get("security", "brute_force_login_protection_max_attempts"))
	if err != nil {
		return fmt.Errorf("[security] brute_force_login_protection_max_attempts: %w", err)
	}
	if !s.Bool("security", "disable_brute_force_login_protection") {
		s.MaxLoginAttempts = attempts
	}
	if s.Bool("auth.anonymous", "enabled") {
		s.AnonymousRole = s.Get("auth.anonymous", "org_role")
	}
	for _, origin := range strings.FieldsFunc(s.Get("live", "allowed_origins"), func(r rune) bool { return r == ',' || r == ' ' }) {
		s.AllowedOrigins = append(s.AllowedOrigins, strings.ToLower(origin))
	}
	s.ServeFromSubPath = s.Bool("server", "serve_from_sub_path")
	s.DataPath = absolute(home, s.Get("paths", "data"))
	s.ProvisioningPath = absolute(home, s.Get("paths", "provisioning"))
	s.LogLevel = s.Get("log", "level")
	s.CookieName = s.Get("auth", "login_cookie_name")
	s.CookieSecure = s.Bool("security", "cookie_secure")
	s.MetricsEnabled = s.Bool("metrics", "enabled")
	s.RouterLogging = s.Bool("server", "router_logging")
	s.DisableInitialAdmin = s.Bool("security", "disable_initial_admin_creation")
	s.BasicAuthEnabled = s.Bool("auth.basic", "enabled")
	return nil
}

func (s *Settings) resolveRootURL(port int) error {
	root := strings.NewReplacer("%(protocol)s", "http", "%(domain)s", s.Get("server", "domain"),
		"%(http_port)s", strconv.Itoa(port)).Replace(s.Get("server", "root_url"))
	if !strings.HasSuffix(root, "/") {
		root += "/"
	}
	parsed, err := url.Parse(root)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return fmt.Errorf("invalid root_url %q: write it like https://host/grafana/", root)
	}
	s.AppURL, s.AppSubURL = root, strings.TrimSuffix(parsed.Path, "/")
	return nil
}

func absolute(home, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(home, path)
}

// Get is the value in force; a key that nobody named is empty.
func (s *Settings) Get(section, key string) string { return s.all[section][key] }

// Bool reads true/false words as Grafana's ini reader does; anything else is false.
func (s *Settings) Bool(section, key string) bool {
	switch strings.ToLower(s.Get(section, key)) {
	case "1", "t", "true", "yes", "y", "on":
		return true
	}
	return false
}

// Redacted is every value in force, with passwords and keys hidden, for /api/admin/settings.
func (s *Settings) Redacted() map[string]map[string]string {
	shown := map[string]map[string]string{}
	for section, keys := range s.all {
		name := section
		if name == "" {
			name = "DEFAULT"
		}
		shown[name] = map[string]string{}
		for key, value := range keys {
			if value != "" && isSecret(key) {
				value = "*********"
			}
			shown[name][key] = value
		}
	}
	return shown
}

func isSecret(key string) bool {
	for _, word := range []string{"password", "secret", "token", "private_key", "license"} {
		if strings.Contains(strings.ToLower(key), word) && !strings.HasSuffix(key, "password_policy") {
			return true
		}
	}
	return false
}
