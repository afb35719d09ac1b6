package display

import (
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// stampTime reads a time that this program has written; 0 for none.
func stampTime(s public.Stamp) hall.Time {
	t, err := time.Parse(time.RFC3339, string(s))
	if err != nil {
		return 0
	}
	return hall.At(t)
}
