package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/logfmt"
	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/settings"
	"podwatch/lab/grafana/internal/store"
	"podwatch/lab/grafana/internal/web"
)

var serverFlags = map[string]string{"homepath": "", "config": "", "packaging": ""}

const stopLimit = 1500 * time.Millisecond

// server is `grafana server`: it provisions, then serves until SIGTERM or SIGINT.
func server(args []string) error {
	given, words, err := parseFlags(args, serverFlags)
	if err != nil {
		return err
	}
	for _, word := range words {
		if !strings.HasPrefix(word, "cfg:") {
			return fmt.Errorf("unexpected argument %q: after the flags only cfg:section.key=value may stand", word)
		}
	}
	config, err := settings.Load(settings.Options{HomePath: homePath(given), ConfigFile: given["config"],
		Overrides: words})
	if err != nil {
		return err
	}
	return serve(config, logfmt.NewSink(os.Stdout, config.Get("log", "level")))
}

func serve(config *settings.Settings, sink *logfmt.Sink) error {
	log := sink.For("settings")
	log.Info("Starting Grafana", "version", version, "branch", "stand-in")
	log.Warn(web.Banner)
	log.Info("Config loaded", "appUrl", config.AppURL, "serve_from_sub_path", config.Get("server", "serve_from_sub_path"))
	log.Info("Path Data", "path", config.DataPath)
	log.Info("Path Provisioning", "path", config.ProvisioningPath)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	site, err := assemble(ctx, config, sink)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", config.Addr)
	if err != nil {
		return fmt.Errorf("failed to open listener on address %s: %w", config.Addr, err)
	}
	log = sink.For("http.server")
	log.Info("HTTP Server Listen", "address", listener.Addr(), "protocol", "http", "subUrl", config.AppSubURL)
	httpServer := &http.Server{Handler: site.Handler(), ReadHeaderTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	sink.For("server").Info("Shutdown started", "reason", "System signal")
	limit, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := httpServer.Shutdown(limit); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// assemble opens the data, makes the first account and applies the provisioning files.
func assemble(ctx context.Context, config *settings.Settings, sink *logfmt.Sink) (*web.Server, error) {
	data, err := store.Open(config.DataPath)
	if err != nil {
		return nil, err
	}
	users := &auth.Service{Store: data, MaxAttempts: config.MaxLoginAttempts, Now: time.Now}
	if err := createAdmin(users, config, sink); err != nil {
		return nil, err
	}
	path := func(kind string) string { return filepath.Join(config.ProvisioningPath, kind) }
	sources := &provisioning.DataSources{Dir: path("datasources"), SecretKey: config.Get("security", "secret_key"),
		Store: data, Log: sink.For("provisioning.datasources")}
	dashboards := &provisioning.Dashboards{Dir: path("dashboards"), Store: data, Log: sink.For("provisioning.dashboard")}
	checkOnly := func(kind string) func() error {
		return func() error { return provisioning.CheckOnly(path(kind), sink.For("provisioning."+kind)) }
	}
	reload := map[string]func() error{
		"datasources": sources.Apply, "plugins": checkOnly("plugins"), "alerting": checkOnly("alerting"),
		"dashboards": func() error { return dashboards.Apply(ctx) },
	}
	for _, step := range []struct{ kind, prefix string }{
		{"datasources", "Datasource provisioning error"}, {"plugins", "Plugin provisioning error"},
		{"alerting", "Alert provisioning error"}, {"dashboards", "Failed to provision dashboards"},
	} {
		if err := reload[step.kind](); err != nil {
			sink.For("provisioning").Error("Failed to provision", "kind", step.kind, "error", err)
			return nil, fmt.Errorf("%s: %w", step.prefix, err)
		}
	}
	return &web.Server{
		Settings: config, Store: data, Auth: users, Reload: reload, Log: sink.For("context"), Version: version,
	}, nil
}

func createAdmin(users *auth.Service, config *settings.Settings, sink *logfmt.Sink) error {
	if config.Bool("security", "disable_initial_admin_creation") {
		return nil
	}
	login := config.Get("security", "admin_user")
	created, err := users.CreateAdmin(login, config.Get("security", "admin_email"), config.Get("security", "admin_password"))
	if created {
		sink.For("sqlstore").Info("Created default admin", "user", login)
	}
	return err
}
