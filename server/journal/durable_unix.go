//go:build !windows

package journal

import "syscall"

var systemFull []syscall.Errno
