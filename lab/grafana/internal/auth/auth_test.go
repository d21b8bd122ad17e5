package auth

import (
	"errors"
	"testing"
	"time"

	"podwatch/lab/grafana/internal/store"
)

func service(t *testing.T) (*Service, *time.Time) {
	t.Helper()
	data, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &Service{Store: data, MaxAttempts: 5, Now: func() time.Time { return now }}
	if created, err := s.CreateAdmin("admin", "admin@localhost", "right-one"); err != nil || !created {
		t.Fatal(created, err)
	}
	return s, &now
}

func TestLockoutLastsFiveMinutes(t *testing.T) {
	s, now := service(t)
	for range 5 {
		if _, err := s.Password("Admin", "wrong"); !errors.Is(err, ErrFailed) {
			t.Fatal(err)
		}
	}
	if _, err := s.Password("admin", "right-one"); !errors.Is(err, ErrBlocked) {
		t.Errorf("after five failures: %v", err)
	}
	*now = now.Add(5*time.Minute - time.Second)
	if _, err := s.Password("admin", "right-one"); !errors.Is(err, ErrBlocked) {
		t.Errorf("just before the end: %v", err)
	}
	*now = now.Add(time.Second)
	if _, err := s.Password("admin", "right-one"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestUnknownUsersAreNotCounted(t *testing.T) {
	s, _ := service(t)
	for range 10 {
		if _, err := s.Password("nobody", "x"); !errors.Is(err, ErrFailed) {
			t.Fatal(err)
		}
	}
}

func TestAdminIsMadeOnce(t *testing.T) {
	s, _ := service(t)
	if created, err := s.CreateAdmin("admin", "", "another"); err != nil || created {
		t.Fatal(created, err)
	}
	if _, err := s.Password("admin", "another"); !errors.Is(err, ErrFailed) {
		t.Errorf("the later password: %v", err)
	}
}

func TestSessions(t *testing.T) {
	s, now := service(t)
	token, _, err := s.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	if user, err := s.Session(token); err != nil || user.Login != "admin" {
		t.Errorf("%v, %v", user.Login, err)
	}
	*now = now.Add(sessionLife)
	if _, err := s.Session(token); !errors.Is(err, ErrNone) {
		t.Errorf("after its life: %v", err)
	}
}
