package provisioning

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"podwatch/lab/grafana/internal/logfmt"
	"podwatch/lab/grafana/internal/store"
)

// Dashboards keeps the dashboards of all providers as their files are.
type Dashboards struct {
	Dir   string
	Store *store.Store
	Log   *logfmt.Logger

	mu      sync.Mutex
	readers []*reader
	stop    context.CancelFunc
}

// Apply reads the provider files, loads every provider's dashboards, and goes on watching them until the next Apply or
// until ctx ends.
func (d *Dashboards) Apply(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	providers, err := readProviders(d.Dir, d.Log)
	if err != nil {
		return err
	}
	if d.stop != nil {
		d.stop()
	}
	watch, stop := context.WithCancel(ctx)
	d.stop = stop
	d.readers = nil
	for _, provider := range providers {
		d.readers = append(d.readers, &reader{provider: provider, store: d.Store, log: d.Log})
	}
	if err := d.dropOrphans(); err != nil {
		return err
	}
	d.Log.Info("starting to provision dashboards")
	for _, reader := range d.readers {
		err := reader.walk()
		if errors.Is(err, os.ErrNotExist) {
			// The directory may appear later.
			d.Log.Warn("Failed to provision config", "name", reader.provider.Name, "error", err)
		} else if err != nil {
			return fmt.Errorf("failed to provision config %v: %w", reader.provider.Name, err)
		}
	}
	d.Log.Info("finished to provision dashboards")
	guardDuplicates(d.readers, d.Log)
	for _, reader := range d.readers {
		go d.poll(watch, reader)
	}
	return nil
}

func (d *Dashboards) poll(ctx context.Context, r *reader) {
	ticker := time.NewTicker(r.provider.interval())
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		d.mu.Lock()
		if ctx.Err() == nil {
			if err := r.walk(); err != nil {
				d.Log.Error("failed to search for dashboards", "error", err)
			}
			guardDuplicates(d.readers, d.Log)
		}
		d.mu.Unlock()
	}
}

// dropOrphans removes what a provider had loaded that no file names any more.
func (d *Dashboards) dropOrphans() error {
	known := map[string]bool{"": true}
	for _, reader := range d.readers {
		known[reader.provider.Name] = true
	}
	return d.Store.Update(func(state *store.State) error {
		kept := []*store.Dashboard{}
		for _, dashboard := range state.Dashboards {
			if known[dashboard.Provider] {
				kept = append(kept, dashboard)
			}
		}
		state.Dashboards = kept
		return nil
	})
}

// UIUpdates names the providers whose dashboards may be saved through the API. To be asked before the store is locked:
// a walk holds our lock when it takes the store's.
func (d *Dashboards) UIUpdates() map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	allowed := map[string]bool{}
	for _, reader := range d.readers {
		allowed[reader.provider.Name] = reader.provider.AllowUIUpdates
	}
	return allowed
}

// ExternalID is where a dashboard came from, relative to its provider's directory.
func (d *Dashboards) ExternalID(provider, file string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, reader := range d.readers {
		if reader.provider.Name != provider {
			continue
		}
		if resolved, err := filepath.EvalSymlinks(reader.provider.path); err == nil {
			if relative, err := filepath.Rel(resolved, file); err == nil {
				return relative
			}
		}
	}
	return file
}
