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

	AppURL, AppSubURL string // root_url with a closing slash; its path without one
	Addr              string
	DataPath          string
	ProvisioningPath  string
	AllowedOrigins    []string
	MaxLoginAttempts  int // 0: no limit
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
	if plugins := s.Get("plugins", "preinstall_sync"); plugins != "" {
		return fmt.Errorf("[plugins] preinstall_sync = %q: failed to install plugins: the stand-in can fetch none", plugins)
	}
	if err := s.checkLDAP(); err != nil {
		return err
	}
	port, err := strconv.Atoi(s.Get("server", "http_port"))
	if err != nil || port < 0 || port > 65535 {
		return fmt.Errorf("[server] http_port = %q: not a port", s.Get("server", "http_port"))
	}
	s.Addr = net.JoinHostPort(s.Get("server", "http_addr"), strconv.Itoa(port))
	if !s.Bool("security", "disable_brute_force_login_protection") {
		s.MaxLoginAttempts, err = strconv.Atoi(s.Get("security", "brute_force_login_protection_max_attempts"))
		if err != nil {
			return fmt.Errorf("[security] brute_force_login_protection_max_attempts: %w", err)
		}
	}
	s.AllowedOrigins = strings.FieldsFunc(strings.ToLower(s.Get("live", "allowed_origins")), func(r rune) bool { return r == ',' || r == ' ' })
	s.DataPath = absolute(home, s.Get("paths", "data"))
	s.ProvisioningPath = absolute(home, s.Get("paths", "provisioning"))
	return s.resolveRootURL(port)
}

// checkLDAP reads the file that an enabled LDAP needs, and fills in the files and variables that it names; nobody logs in by it.
func (s *Settings) checkLDAP() error {
	if !s.Bool("auth.ldap", "enabled") {
		return nil
	}
	text, err := os.ReadFile(s.Get("auth.ldap", "config_file"))
	if err == nil {
		_, err = Expand(string(text))
	}
	if err != nil {
		return fmt.Errorf("failed to load LDAP config file: %w", err)
	}
	if !strings.Contains(string(text), "[[servers]]") {
		return errors.New("LDAP enabled but no LDAP servers defined in config file")
	}
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
