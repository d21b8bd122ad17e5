package store

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Two handles stand for the server and `grafana cli`.
func TestTwoHandlesLoseNothing(t *testing.T) {
	dir := t.TempDir()
	handles := []*Store{open(t, dir), open(t, dir)}
	var done sync.WaitGroup
	for i := range 40 {
		done.Add(1)
		go func() {
			defer done.Done()
			err := handles[i%2].Update(func(state *State) error {
				state.ID()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	done.Wait()
	for _, handle := range handles {
		_ = handle.View(func(state *State) error {
			if state.NextID != 40 {
				t.Errorf("got %d changes, want 40", state.NextID)
			}
			return nil
		})
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".grafana.db-*"))
	if len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestFailedChangeLeavesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	failure := errors.New("no")
	err := s.Update(func(state *State) error {
		state.NextID = 99
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	_ = s.View(func(state *State) error {
		if state.NextID != 0 {
			t.Errorf("kept %d", state.NextID)
		}
		return nil
	})
}

func TestSeal(t *testing.T) {
	sealed, err := Seal("key", "plain")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := Unseal("key", sealed); err != nil || plain != "plain" {
		t.Errorf("got %q, %v", plain, err)
	}
	if _, err := Unseal("other", sealed); err == nil {
		t.Error("another key opened it")
	}
}
