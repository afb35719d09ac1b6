// Package secret knows how the files of a hall are kept from others on the same machine: written whole, closed to all but
// their owner, and looked after at every start. It must never know what is in them.
package secret

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jiaohao/server/disk"
)

const (
	filePermissions   = 0o600
	folderPermissions = 0o700
	openToOthers      = 0o077
)

// Write puts a small file in place so that after a crash either the old or the new one is there, whole, and that it never
// was open to others, whatever the process's mask.
func Write(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(filePermissions), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = disk.SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// Folder makes a folder that is closed to others, in one that is there, and makes its name durable.
func Folder(path string) error {
	if err := os.Mkdir(path, folderPermissions); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// tokenBytes is the strength of a token: 256 bits.
const tokenBytes = 32

// Token reads the token in a file, 64 hex digits, and makes both when there is none.
func Token(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		fresh := make([]byte, tokenBytes)
		rand.Read(fresh) // never fails: the program is ended instead
		token := hex.EncodeToString(fresh)
		return token, Write(path, []byte(token+"\n"))
	}
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if raw, err := hex.DecodeString(token); err != nil || len(raw) != tokenBytes {
		return "", fmt.Errorf("%s does not hold %d hex digits; remove it and a new one is made", path, 2*tokenBytes)
	}
	return token, nil
}
