//go:build !linux

package journal

import "os"

// adviser gives a function that reads a part of a file, so that the system has it at hand.
func adviser(f *os.File) func(at, length int64) error {
	buf := make([]byte, aheadStep)
	return func(at, length int64) error {
		_, err := f.ReadAt(buf[:length], at)
		return err
	}
}
