package assets

import (
	"slices"
	"testing"
)

func TestProblemTextFindsTheSentenceOfTheReason(t *testing.T) {
	title, detail := ProblemText("en", "service_closed", Params{"reason": "lunch"})
	if title != "No numbers at the moment" || detail != "Numbers can be taken again after the lunch break." {
		t.Errorf("%q, %q", title, detail)
	}
	_, general := ProblemText("en", "service_closed", Params{"reason": "flood"})
	_, without := ProblemText("en", "service_closed", nil)
	if general != without || general == detail {
		t.Errorf("an unknown reason says %q, none says %q", general, without)
	}
}

func TestProblemTextFillsParams(t *testing.T) {
	if _, detail := ProblemText("zh", "too_soon", Params{"seconds": 12}); detail != "再过 12 秒可以操作。" {
		t.Error(detail)
	}
}

func TestProblemTextOfAnUnknownCodeIsReported(t *testing.T) {
	var seen []string
	defer OnMissing(func(_, key string) { seen = append(seen, key) })()
	title, _ := ProblemText("en", "dragons", nil)
	if title != "Something went wrong" || !slices.Equal(seen, []string{"problem.dragons.title"}) {
		t.Errorf("%q, reported %v", title, seen)
	}
}
