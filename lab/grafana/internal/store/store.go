// Package store keeps the stand-in's data in one JSON file of its data directory. The server and `grafana cli` share it:
// every change is made under a lock on the newest content and replaces the file atomically.
package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const mark = "stand-in for Grafana, not a SQLite data base"

// Store is the data of one data directory.
type Store struct{ dir string }

// Open reads the data, or starts with none; it fails when the directory cannot be written.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("data path %q cannot be made: %w", dir, err)
	}
	s := &Store{dir: dir}
	if err := s.Update(func(*State) error { return nil }); err != nil {
		return nil, fmt.Errorf("data path %q: %w; make it writable for uid %d", dir, err, os.Getuid())
	}
	return s, nil
}

// Exists tells whether a data directory holds data already.
func Exists(dir string) bool {
	_, err := os.Stat((&Store{dir}).path())
	return err == nil
}

// View shows the newest state; a change of it is not kept.
func (s *Store) View(look func(*State) error) error {
	state, _, err := s.read()
	if err != nil {
		return err
	}
	return look(state)
}

// Update changes the newest state; when change fails nothing is kept.
func (s *Store) Update(change func(*State) error) error {
	lock, err := os.OpenFile(s.path()+".lock", os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := s.keepOwner(lock); err != nil {
		return err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	state, before, err := s.read()
	if err != nil {
		return err
	}
	if err := change(state); err != nil {
		return err
	}
	after, err := json.Marshal(state)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	return s.replace(after)
}

func (s *Store) path() string { return filepath.Join(s.dir, "grafana.db") }

func (s *Store) read() (*State, []byte, error) {
	text, err := os.ReadFile(s.path())
	if errors.Is(err, os.ErrNotExist) {
		return &State{StandIn: mark}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	state := &State{}
	if err := json.Unmarshal(text, state); err != nil || state.StandIn != mark {
		return nil, nil, fmt.Errorf("%s is not the stand-in's (a real Grafana's data base?): it is left alone; use another data path", s.path())
	}
	return state, text, nil
}

func (s *Store) replace(text []byte) error {
	file, err := os.CreateTemp(s.dir, ".grafana.db-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // a no-op once renamed
	defer file.Close()
	if _, err := file.Write(text); err != nil {
		return err
	}
	if err := file.Chmod(0o640); err != nil {
		return err
	}
	if err := s.keepOwner(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return os.Rename(file.Name(), s.path())
}

// keepOwner matters when root runs `grafana cli`: the server must still be able to read the file.
func (s *Store) keepOwner(file *os.File) error {
	info, err := os.Stat(s.path())
	if errors.Is(err, os.ErrNotExist) {
		info, err = os.Stat(s.dir)
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Getuid() != 0 || owner.Uid == 0 {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}
