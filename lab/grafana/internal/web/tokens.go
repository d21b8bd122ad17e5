package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/store"
)

// tokenError is why a token is refused, with Grafana's id and words.
type tokenError struct{ id, message string }

func (e tokenError) Error() string { return e.message }

func (e tokenError) As(target any) bool {
	into, ok := target.(*tokenError)
	if ok {
		*into = e
	}
	return ok
}

var (
	errInvalidToken  = tokenError{"api-key.invalid", "Invalid API key"}
	errExpiredToken  = tokenError{"api-key.expired", "Expired API key"}
	errOtherOrgToken = tokenError{"api-key.organization-mismatch", "API key does not belong to the requested organization"}
)

func refuseToken(w http.ResponseWriter, err error) {
	var reason tokenError
	errors.As(err, &reason)
	refuseWith(w, http.StatusUnauthorized, reason.id, reason.message)
}

// byToken finds the service account of a token; the stand-in has one organization.
func (s *Server) byToken(given, org string) (identity, error) {
	who, failure := identity{}, error(errInvalidToken)
	err := s.Store.View(func(state *store.State) error {
		for _, account := range state.Accounts {
			token := store.Find(account.Tokens, func(t *store.Token) bool { return t.Hash == tokenHash(given) })
			switch {
			case token == nil:
				continue
			case !token.Expires.IsZero() && !token.Expires.After(time.Now()):
				failure = errExpiredToken
			case org != "" && org != "1":
				failure = errOtherOrgToken
			default:
				login := fmt.Sprintf("sa-1-%s", account.Name)
				who, failure = identity{user: store.User{ID: account.ID, Login: login}, role: account.Role}, nil
			}
		}
		return nil
	})
	if err != nil {
		return identity{}, err
	}
	return who, failure
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newToken has the form of Grafana's: a prefix, a random part and a check sum.
func newToken() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	random := hex.EncodeToString(raw)
	return fmt.Sprintf("glsa_%s_%08x", random, crc32.ChecksumIEEE([]byte("glsa_"+random)))
}

// roles are what the fixed roles of Grafana's open source edition may do, as far as the stand-in does it.
var roles = map[string][]string{
	"Viewer": {"orgs:read", "folders:read", "dashboards:read", "datasources:query"},
	"Editor": {"folders:create", "folders:write", "folders:delete", "dashboards:create", "dashboards:write", "dashboards:delete"},
	"Admin":  {"datasources:read", "datasources:create", "datasources:write", "datasources:delete", "serviceaccounts:create", "serviceaccounts:write", "serviceaccounts:delete"},
}

func (who identity) may(permission string) bool {
	if who.role == "" {
		return who.user.ID != 0
	}
	for _, role := range []string{"Viewer", "Editor", "Admin"} {
		if slices.Contains(roles[role], permission) {
			return true
		}
		if role == who.role {
			return false
		}
	}
	return false
}

// allowed lets in who has a permission.
func allowed(permission string, handle handler) handler {
	return func(w http.ResponseWriter, r *http.Request, who identity) {
		if who.may(permission) {
			handle(w, r, who)
			return
		}
		forbid(w, permission)
	}
}

func forbid(w http.ResponseWriter, permission string) {
	writeJSON(w, http.StatusForbidden, object{"accessErrorId": "ACE0000000000", "title": "Access denied",
		"message": "You'll need additional permissions to perform this action. Permissions needed: " + permission})
}

func (s *Server) organization(w http.ResponseWriter, _ *http.Request, _ identity) {
	writeJSON(w, http.StatusOK, object{"id": 1, "name": "Main Org.", "address": object{}})
}

func (s *Server) createAccount(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct{ Name, Role string }
	if !readJSON(w, r, &form) {
		return
	}
	if strings.TrimSpace(form.Name) == "" || roles[form.Role] == nil {
		refuse(w, http.StatusBadRequest, "Invalid role value: "+form.Role)
		return
	}
	account := &store.Account{Name: form.Name, Role: form.Role}
	err := s.Store.Update(func(state *store.State) error {
		if store.Find(state.Accounts, func(a *store.Account) bool { return a.Name == form.Name }) != nil {
			return errors.New("service account already exists")
		}
		account.ID = state.ID() + 1000
		state.Accounts = append(state.Accounts, account)
		return nil
	})
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, http.StatusCreated, object{"id": account.ID, "name": account.Name, "role": account.Role, "orgId": 1, "tokens": 0})
}

func (s *Server) createToken(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct {
		Name          string
		SecondsToLive int64
	}
	if !readJSON(w, r, &form) {
		return
	}
	key := newToken()
	token := &store.Token{Name: form.Name, Hash: tokenHash(key)}
	if form.SecondsToLive > 0 {
		token.Expires = time.Now().Add(time.Duration(form.SecondsToLive) * time.Second)
	}
	found := s.changeAccount(r, func(state *store.State, account *store.Account) {
		token.ID = state.ID()
		account.Tokens = append(account.Tokens, token)
	})
	if !found {
		refuse(w, http.StatusNotFound, "service account not found")
		return
	}
	writeJSON(w, http.StatusOK, object{"id": token.ID, "name": token.Name, "key": key})
}

func (s *Server) deleteToken(w http.ResponseWriter, r *http.Request, _ identity) {
	id, _ := strconv.ParseInt(r.PathValue("token"), 10, 64)
	s.changeAccount(r, func(_ *store.State, account *store.Account) {
		account.Tokens = slices.DeleteFunc(account.Tokens, func(t *store.Token) bool { return t.ID == id })
	})
	refuse(w, http.StatusOK, "Service account token deleted")
}

func (s *Server) changeAccount(r *http.Request, change func(*store.State, *store.Account)) (found bool) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	_ = s.Store.Update(func(state *store.State) error {
		account := store.Find(state.Accounts, func(a *store.Account) bool { return a.ID == id })
		if found = account != nil; found {
			change(state, account)
		}
		return nil
	})
	return found
}
