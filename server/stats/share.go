package stats

import (
	"runtime"
	"sync"
)

// atMost is how many goroutines work on one answer: the desk needs the machine too.
const atMost = 4

// shared cuts n things into runs and works on all of them at once.
func shared(n int, work func(from, to int)) {
	parts := min(atMost, runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { work(i*n/parts, (i+1)*n/parts) })
	}
	wait.Wait()
}
