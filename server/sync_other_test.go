//go:build !linux

package server

import "os"

func syncData(f *os.File) error { return f.Sync() }
