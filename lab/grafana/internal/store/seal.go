package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// Seal encrypts a data source's secret for the file, under Grafana's [security] secret_key.
func Seal(key, plain string) (string, error) {
	box, err := newBox(key)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(plain), nil)), nil
}

// Unseal is the way back; it fails after secret_key was changed, as in Grafana.
func Unseal(key, sealed string) (string, error) {
	box, err := newBox(key)
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < box.NonceSize() {
		return "", errors.New("sealed value is damaged")
	}
	plain, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], nil)
	return string(plain), err
}

func newBox(key string) (cipher.AEAD, error) {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
