package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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
		admin := &store.User{ID: 1, Login: login, Email: email}
		state.Users, created = []*store.User{admin}, true
		return setPassword(admin, password)
	})
	return created, err
}

// Password checks a user's password, counting failures.
func (a *Service) Password(login, password string) (user store.User, failure error) {
	login = strings.ToLower(login)
	var wrong bool
	err := a.Store.View(func(state *store.State) error {
		user, wrong, failure = a.judge(state, login, password)
		return nil
	})
	if err == nil && wrong && a.MaxAttempts > 0 {
		err = a.Store.Update(func(state *store.State) error {
			state.Attempts = append(slices.DeleteFunc(state.Attempts, a.isOld), store.Attempt{Login: login, At: a.Now()})
			return nil
		})
	}
	if err != nil {
		return store.User{}, err
	}
	return user, failure
}

func (a *Service) isOld(attempt store.Attempt) bool { return a.Now().Sub(attempt.At) >= attemptsWindow }

// judge tells the user, whether a known user gave a wrong password (which is counted), and the refusal.
func (a *Service) judge(state *store.State, login, password string) (store.User, bool, error) {
	failures := 0
	for _, attempt := range state.Attempts {
		if attempt.Login == login && !a.isOld(attempt) {
			failures++
		}
	}
	user := state.User(login, 0)
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

// NewSession logs a user in and returns the cookie's value.
func (a *Service) NewSession(userID int64) (string, time.Time, error) {
	token := randomHex(16)
	expires := a.Now().Add(sessionLife)
	return token, expires, a.Store.Update(func(state *store.State) error {
		state.Sessions = append(slices.DeleteFunc(state.Sessions, a.isOver),
			store.Session{UserID: userID, Hash: digest(token), Expires: expires})
		return nil
	})
}

func (a *Service) isOver(session store.Session) bool { return !session.Expires.After(a.Now()) }

// Session finds the user of a cookie.
func (a *Service) Session(token string) (user store.User, err error) {
	return user, a.Store.View(func(state *store.State) error {
		for _, session := range state.Sessions {
			if found := state.User("", session.UserID); session.Hash == digest(token) && !a.isOver(session) && found != nil {
				user = *found
				return nil
			}
		}
		return ErrNone
	})
}

// ChangePassword sets a user's password. Failed logins stay counted: a user who is locked out stays so for the rest of
// the five minutes.
func (a *Service) ChangePassword(userID int64, password string) error {
	return a.Store.Update(func(state *store.State) error {
		user := state.User("", userID)
		if user == nil {
			return fmt.Errorf("could not read user (id: %d) from database. Error: user not found", userID)
		}
		return setPassword(user, password)
	})
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
