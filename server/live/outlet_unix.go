//go:build unix

package live

import "syscall"

const canAttempt = true

// attemptWrite writes what the kernel takes without waiting, in bytes; none is no error.
func attemptWrite(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
