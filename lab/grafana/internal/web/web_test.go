package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/live"
	"podwatch/lab/grafana/internal/logfmt"
	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/settings"
	"podwatch/lab/grafana/internal/store"
)

// site is a server with one provisioned dashboard, "given"; its provider allows changes in the UI, as configured.
func site(t *testing.T, provider string) (*Server, func(method, path, body string) (int, map[string]any)) {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("grafana.ini", "")
	write("files/given.json", `{"uid":"given","title":"Given"}`)
	write("dashboards/a.yaml", "apiVersion: 1\nproviders: [{ name: a, "+provider+" options: { path: "+root+"/files } }]")
	config, err := settings.Load(settings.Options{HomePath: root, ConfigFile: filepath.Join(root, "grafana.ini")})
	if err != nil {
		t.Fatal(err)
	}
	data, err := store.Open(filepath.Join(root, "data"))
	if err != nil {
		t.Fatal(err)
	}
	sink := logfmt.NewSink(io.Discard, "info")
	users := &auth.Service{Store: data, Now: time.Now}
	if _, err := users.CreateAdmin("admin", "", "admin"); err != nil {
		t.Fatal(err)
	}
	dashboards := &provisioning.Dashboards{Dir: filepath.Join(root, "dashboards"), Store: data, Log: sink.For("p")}
	if err := dashboards.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &Server{Settings: config, Store: data, Auth: users, Dashboards: dashboards, Log: sink.For("w"),
		Live: &live.Handler{Log: sink.For("l")}}
	handler := s.Handler()
	return s, func(method, path, body string) (int, map[string]any) {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.SetBasicAuth("admin", "admin")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		content := map[string]any{}
		_ = json.Unmarshal(answer.Body.Bytes(), &content)
		return answer.Code, content
	}
}

const change = `{"dashboard":{"uid":"given","title":"Changed"},"overwrite":true}`

func TestProvisionedMayBeSavedOnlyWhereAllowed(t *testing.T) {
	_, ask := site(t, "")
	if status, _ := ask("POST", "/api/dashboards/db", change); status != http.StatusBadRequest {
		t.Errorf("not allowed: %d", status)
	}
	_, ask = site(t, "allowUiUpdates: true,")
	if status, answer := ask("POST", "/api/dashboards/db", change); status != http.StatusOK || answer["version"] != 2.0 {
		t.Errorf("allowed: %d %v", status, answer)
	}
	_, answer := ask("GET", "/api/dashboards/uid/given", "")
	if meta, _ := answer["meta"].(map[string]any); meta["provisioned"] != false || meta["provisionedExternalId"] != "given.json" {
		t.Errorf("got %v", meta)
	}
}

// Walks of the files and requests take two locks; taken in different orders they would wait for each other.
func TestRequestsAndReloadsDoNotBlockEachOther(t *testing.T) {
	s, ask := site(t, "")
	var done sync.WaitGroup
	work := func(step func()) {
		done.Add(1)
		go func() {
			defer done.Done()
			for range 50 {
				step()
			}
		}()
	}
	work(func() { ask("POST", "/api/dashboards/db", change) })
	work(func() { ask("GET", "/api/dashboards/uid/given", "") })
	work(func() { ask("GET", "/metrics", "") })
	work(func() {
		if err := s.Dashboards.Apply(context.Background()); err != nil {
			t.Error(err)
		}
	})
	finished := make(chan bool)
	go func() {
		done.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-time.After(20 * time.Second):
		t.Fatal("blocked")
	}
}

func TestRedirectStaysHere(t *testing.T) {
	s := &Server{Settings: &settings.Settings{AppSubURL: "/grafana"}}
	for target, want := range map[string]string{
		"/grafana/d/a": "/grafana/d/a", "": "/grafana/", "//evil.example/": "/grafana/", "https://evil.example": "/grafana/",
		`/grafana/\evil`: "/grafana/", "/other": "/grafana/",
	} {
		request := httptest.NewRequest("POST", "/login", nil)
		request.URL.RawQuery = "redirectTo=" + target
		if got := s.redirectAfterLogin(request); got != want {
			t.Errorf("%q: %q", target, got)
		}
	}
}

func TestTimes(t *testing.T) {
	now := time.UnixMilli(1_000_000_000)
	for text, want := range map[string]int64{"now": 1_000_000_000, "now-5m": 999_700_000, "123": 123} {
		if got, err := parseTime(text, now); err != nil || got.UnixMilli() != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "now+1h", "now-1y", "later"} {
		if _, err := parseTime(bad, now); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
