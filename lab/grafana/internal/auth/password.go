// Package auth checks passwords and sessions, and holds Grafana's rules about them.
package auth

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"podwatch/lab/grafana/internal/store"
)

const (
	iterations = 10000
	keyLength  = 50
	minLength  = 5 // Grafana calls anything up to four characters weak
)

// setPassword hashes a password into a user record.
func setPassword(user *store.User, password string) error {
	salt := randomHex(8)
	hash, err := pbkdf2.Key(sha256.New, password, []byte(salt), iterations, keyLength)
	if err != nil {
		return err
	}
	user.Salt, user.Password = salt, hex.EncodeToString(hash)
	return nil
}

// IsWeak tells whether Grafana refuses the password as too short.
func IsWeak(password string) bool { return len(password) < minLength }

func matches(user *store.User, password string) bool {
	hash, err := pbkdf2.Key(sha256.New, password, []byte(user.Salt), iterations, keyLength)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(hash)), []byte(user.Password)) == 1
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // never fails since Go 1.24: it ends the program instead
	return hex.EncodeToString(raw)
}
