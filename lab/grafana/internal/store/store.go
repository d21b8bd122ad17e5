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
	"sync"
	"syscall"
)

const (
	fileName = "grafana.db"
	lockName = "grafana.db.lock"
	mark     = "stand-in for Grafana, not a SQLite data base"
)

// Store is the data of one data directory.
type Store struct {
	dir   string
	mu    sync.Mutex
	state *State
	bytes []byte
	seen  os.FileInfo
}

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
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil
}

// View shows the newest state to read; nothing of it may be kept or changed.
func (s *Store) View(look func(*State) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return err
	}
	return look(s.state)
}

// Update changes the newest state; when change fails nothing is kept.
func (s *Store) Update(change func(*State) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.refresh(); err != nil {
		return err
	}
	if err := change(s.state); err != nil {
		s.seen = nil // what change did half is read away next time
		return err
	}
	text, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	if bytes.Equal(text, s.bytes) {
		return nil
	}
	if err := s.replace(text); err != nil {
		s.seen = nil
		return err
	}
	s.bytes = text
	s.seen, err = os.Stat(s.path())
	return err
}

func (s *Store) path() string { return filepath.Join(s.dir, fileName) }

// refresh reads the file again when another process has replaced it.
func (s *Store) refresh() error {
	info, err := os.Stat(s.path())
	if errors.Is(err, os.ErrNotExist) {
		s.state, s.bytes, s.seen = &State{StandIn: mark}, nil, nil
		return nil
	}
	if err != nil {
		return err
	}
	if s.seen != nil && os.SameFile(s.seen, info) && s.seen.ModTime().Equal(info.ModTime()) && s.seen.Size() == info.Size() {
		return nil
	}
	text, err := os.ReadFile(s.path())
	if err != nil {
		return err
	}
	state := &State{}
	if err := json.Unmarshal(text, state); err != nil || state.StandIn != mark {
		return fmt.Errorf("%s is not the stand-in's (a real Grafana's data base?): it is left alone; use another data path", s.path())
	}
	s.state, s.bytes, s.seen = state, text, info
	return nil
}

func (s *Store) lock() (func(), error) {
	name := filepath.Join(s.dir, lockName)
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	if err := keepOwner(s.dir, file); err != nil {
		file.Close()
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
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
	like := s.path()
	if s.seen == nil {
		like = s.dir
	}
	if err := keepOwner(like, file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return os.Rename(file.Name(), s.path())
}

// keepOwner matters when root runs `grafana cli`: the server must still be able to read the file.
func keepOwner(like string, file *os.File) error {
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Getuid() != 0 || owner.Uid == 0 {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}

// Check tells whether the data can be read now.
func (s *Store) Check() error { return s.View(func(*State) error { return nil }) }
