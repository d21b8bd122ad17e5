package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func load(t *testing.T, ini string, overrides ...string) (*Settings, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "grafana.ini")
	if err := os.WriteFile(file, []byte(ini), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(Options{HomePath: "/home", ConfigFile: file, Overrides: overrides})
}

func TestLayers(t *testing.T) {
	t.Setenv("GF_SERVER_HTTP_PORT", "3")
	t.Setenv("GF_SERVER_DOMAIN", "") // empty counts as not given
	t.Setenv("GF_MY_OWN", "ignored: no such key")
	s, err := load(t, "[server]\nhttp_port = 2\nhttp_addr = \"127.0.0.1\"\ndomain = in.file\n[my]\nother = x\n",
		"cfg:default.server.http_port=1", "cfg:default.paths.data=/data", "cfg:log.level=debug")
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		s.Addr: "127.0.0.1:3", s.AppURL: "http://in.file:3/", s.AppSubURL: "", s.DataPath: "/data",
		s.ProvisioningPath: "/home/conf/provisioning", s.Get("log", "level"): "debug", s.Get("my", "other"): "x",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRootURL(t *testing.T) {
	s, err := load(t, "[server]\nroot_url = https://host/grafana")
	if err != nil || s.AppURL != "https://host/grafana/" || s.AppSubURL != "/grafana" {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, bad := range []string{"/grafana/", "host/grafana", "ftp://host/"} {
		if _, err := load(t, "[server]\nroot_url = "+bad); err == nil || !strings.Contains(err.Error(), "invalid root_url") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestExpand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(" s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WORD", "w")
	if got, err := Expand("a$__file{" + file + "}b${WORD}c$__env{WORD}"); err != nil || got != "as3cretbwcw" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"$__file{/none}", "$__vault{x}"} {
		if _, err := Expand(bad); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestRefusals(t *testing.T) {
	for ini, want := range map[string]string{
		"[server":                                         "unclosed section",
		"[server]\nhttp_port = x":                         "not a port",
		"[server]\nhttp_port = 65536":                     "not a port",
		"[server]\nprotocol = socket":                     "http only",
		"[auth.ldap]\nenabled = yes\nconfig_file = /none": "failed to load LDAP config file",
		"[plugins]\npreinstall_sync = a-panel@1.0.0":      "failed to install plugins",
		"[log]\nlevel = $__file{/none}":                   "failed to expand [log] level",
	} {
		if _, err := load(t, ini); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", ini, err)
		}
	}
	if _, err := load(t, "", "cfg:nodot=1"); err == nil {
		t.Error("an argument without a section was accepted")
	}
	if _, err := Load(Options{ConfigFile: "/none.ini"}); err == nil {
		t.Error("a missing file was accepted")
	}
}
