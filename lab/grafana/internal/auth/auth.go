package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/store"
)

const (
	attemptsWindow = 5 * time.Minute
	sessionLife    = 30 * 24 * time.Hour
)

// Refusals of a login; the caller is told the same in all cases but the log tells them apart.
var (
	ErrEmpty   = errors.New("no password provided")
	ErrFailed  = errors.New("invalid username or password")
	ErrBlocked = errors.New("too many consecutive incorrect login attempts for user - login for user temporarily blocked")
	ErrNone    = errors.New("no such session")
)

// Service answers who somebody is.
type Service struct {
	Store *store.Store
	// MaxAttempts of failed logins of one user within five minutes; 0 means any number.
	MaxAttempts int
	Now         func() time.Time
}

// CreateAdmin makes the first account when there is none yet. The password counts at that moment only: afterwards the
// data base has it, and a changed setting has no effect.
func (a *Service) CreateAdmin(login, email, password string) (created bool, err error) {
	err = a.Store.Update(func(state *store.State) error {
		if len(state.Users) > 0 {
			return nil
		}
		admin := store.User{ID: 1, Login: login, Email: email, Role: "Admin", IsAdmin: true}
		if err := SetPassword(&admin, password); err != nil {
			return err
		}
		state.Users, created = []store.User{admin}, true
		return nil
	})
	return created, err
}

// Password checks a user's password, counting failures.
func (a *Service) Password(login, password string) (store.User, error) {
	login = strings.ToLower(login)
	var user store.User
	var failure error
	var wrong bool
	err := a.Store.View(func(state *store.State) error {
		user, wrong, failure = a.judge(state, login, password)
		return nil
	})
	if err != nil {
		return user, err
	}
	if wrong && a.MaxAttempts > 0 {
		err = a.Store.Update(func(state *store.State) error {
			state.Attempts = append(recent(state.Attempts, a.Now()), store.Attempt{Login: login, At: a.Now()})
			return nil
		})
		if err != nil {
			return user, err
		}
	}
	return user, failure
}

// judge tells the user, whether a known user gave a wrong password (which is counted), and the refusal.
func (a *Service) judge(state *store.State, login, password string) (store.User, bool, error) {
	failures := 0
	for _, attempt := range recent(state.Attempts, a.Now()) {
		if attempt.Login == login {
			failures++
		}
	}
	user := state.UserByLogin(login)
	switch {
	case a.MaxAttempts > 0 && failures >= a.MaxAttempts:
		return store.User{}, false, ErrBlocked
	case password == "":
		return store.User{}, false, ErrEmpty
	case user == nil:
		return store.User{}, false, ErrFailed
	case !matches(user, password):
		return store.User{}, true, ErrFailed
	}
	return *user, false, nil
}

func recent(attempts []store.Attempt, now time.Time) []store.Attempt {
	kept := []store.Attempt{}
	for _, attempt := range attempts {
		if now.Sub(attempt.At) < attemptsWindow {
			kept = append(kept, attempt)
		}
	}
	return kept
}

// NewSession logs a user in and returns the cookie's value.
func (a *Service) NewSession(userID int64) (string, time.Time, error) {
	token := randomHex(16)
	expires := a.Now().Add(sessionLife)
	return token, expires, a.Store.Update(func(state *store.State) error {
		kept := []store.Session{}
		for _, session := range state.Sessions {
			if session.Expires.After(a.Now()) {
				kept = append(kept, session)
			}
		}
		state.Sessions = append(kept, store.Session{UserID: userID, Hash: digest(token), Expires: expires})
		return nil
	})
}

// Session finds the user of a cookie.
func (a *Service) Session(token string) (user store.User, err error) {
	return user, a.Store.View(func(state *store.State) error {
		for _, session := range state.Sessions {
			if session.Hash == digest(token) && session.Expires.After(a.Now()) {
				if found := state.UserByID(session.UserID); found != nil {
					user = *found
					return nil
				}
			}
		}
		return ErrNone
	})
}

// EndSession logs out.
func (a *Service) EndSession(token string) error {
	return a.Store.Update(func(state *store.State) error {
		state.Sessions = without(state.Sessions, func(s store.Session) bool { return s.Hash == digest(token) })
		return nil
	})
}

// ChangePassword sets a user's password; revoke ends the user's sessions too. Failed logins stay counted: a user who is
// locked out stays so for the rest of the five minutes.
func (a *Service) ChangePassword(userID int64, password string, revoke bool) error {
	return a.Store.Update(func(state *store.State) error {
		user := state.UserByID(userID)
		if user == nil {
			return fmt.Errorf("could not read user (id: %d) from database. Error: user not found", userID)
		}
		if revoke {
			state.Sessions = without(state.Sessions, func(s store.Session) bool { return s.UserID == userID })
		}
		return SetPassword(user, password)
	})
}

func without[T any](items []T, drop func(T) bool) []T {
	kept := []T{}
	for _, item := range items {
		if !drop(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
