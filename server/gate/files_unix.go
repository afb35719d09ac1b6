//go:build unix

package gate

import "syscall"

// Files is how many files and connections the system lets this process open; 0 when it does not say.
func Files() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), 1<<30))
}
