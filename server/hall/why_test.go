package hall

import "testing"

// sentences are calls as they are recorded, and what is said of them.
var sentences = []struct {
	name   string
	why    Why
	zh, en string
}{
	{"nobody else", Why{Rule: RuleCredit, Score: 240_000, Waited: 240_000, Class: Ordinary},
		"A007 等了 4 分，没有其他人可叫", "A007 waited 4 min; nobody else could be called"},
	{"credit", Why{Rule: RuleCredit, Score: 1_500_000, Waited: 300_000, Credit: 1_200_000, Class: "elderly", Runner: runner(1_320_000, 1_320_000)},
		"A007 是老年人，等 5 分 + 优先 20 分 = 25 分，高于下一个 A003（普通，22 分）",
		"A007 is elderly: waited 5 min + credit 20 min = 25 min, more than the next, A003 (ordinary, 22 min)"},
	{"preference", Why{Rule: RuleCredit, Score: 600_000, Waited: 300_000, Prefer: 300_000, Class: Ordinary, Runner: runner(540_000, 540_000)},
		"A007 等了 5 分 + 本窗口优先 5 分 = 10 分，高于下一个 A003（普通，9 分）",
		"A007 waited 5 min + window preference 5 min = 10 min, more than the next, A003 (ordinary, 9 min)"},
	{"by some seconds", Why{Rule: RuleCredit, Score: 305_000, Waited: 305_000, Class: Ordinary, Runner: runner(301_000, 301_000)},
		"A007 等了 5 分 5 秒，高于下一个 A003（普通，5 分 1 秒）",
		"A007 waited 5 min 5 s, more than the next, A003 (ordinary, 5 min 1 s)"},
	{"a tie by standing", Why{Rule: RuleCredit, Score: 300_000, Waited: 300_000, Class: Ordinary, Runner: runner(300_000, 0)},
		"A007 等了 5 分，与下一个 A003（普通，5 分）同分，排队在先",
		"A007 waited 5 min, the same as the next, A003 (ordinary, 5 min), who joined later"},
	{"a tie by number", Why{Rule: RuleCredit, Score: 300_000, Waited: 300_000, Class: Ordinary, Runner: runner(300_000, 300_000)},
		"A007 等了 5 分，与下一个 A003（普通，5 分）同分，号码在前",
		"A007 waited 5 min, the same as the next, A003 (ordinary, 5 min), whose number comes later"},
	{"capped, with a strict runner-up", Why{Rule: RuleCredit, Score: 300_000, Waited: 300_000, Class: Ordinary, Capped: true, Runner: runner(600_000, 600_000)},
		"A007 等了 5 分；优先号已连叫两次，先叫普通号",
		"A007 waited 5 min; two priority numbers were called in a row, so an ordinary one goes first"},
	{"strict", Why{Rule: RuleStrict, Score: 60_000, Waited: 60_000, Class: "military", Runner: runner(600_000, 600_000)},
		"A007 属于“现役军人”，先于其他人办理", "A007 belongs to “on active service”, which goes before others"},
	{"bound", Why{Rule: RuleTarget, Score: 300_000, Waited: 300_000, Class: Ordinary, Runner: runner(240_000, 240_000)},
		"A007 等了 5 分，高于下一个 A003（普通，4 分）；指定由本窗口办理",
		"A007 waited 5 min, more than the next, A003 (ordinary, 4 min); bound to this window"},
	{"held", Why{Rule: RuleHeld, Score: 300_000, Waited: 300_000, Class: Ordinary},
		"A007 过号后报到或自愿延后，现在没有其他人等候", "A007 came back or let others go first, and nobody else is waiting"},
	{"chosen", Why{Rule: RuleChosen, Score: 300_000, Waited: 300_000, Class: Ordinary, Runner: runner(540_000, 540_000)},
		"工作人员选号：A007，已记录理由；按顺序应叫 A003（9 分）", "Chosen by staff: A007, with a recorded reason; in order it would have been A003 (9 min)"},
	{"chosen, but next anyway", Why{Rule: RuleChosen, Score: 300_000, Waited: 300_000, Class: Ordinary},
		"工作人员选号：A007，已记录理由", "Chosen by staff: A007, with a recorded reason"},
	{"returned", Why{Rule: RuleReturned, Waited: 300_000, Class: Ordinary},
		"A007 过号后回到本窗口，直接再叫", "A007 came back to the window that had passed it and is called again"},
	{"a class the plan has forgotten", Why{Rule: RuleStrict, Class: "royal"}, "A007 属于“royal”，先于其他人办理", "A007 belongs to “royal”, which goes before others"},
	{"a rule of a later version", Why{Rule: "lottery", Score: 60_000, Waited: 60_000, Class: Ordinary},
		"A007 等了 1 分，没有其他人可叫", "A007 waited 1 min; nobody else could be called"},
}

func runner(score, waited Time) *Runner {
	return &Runner{Number: Number{Prefix: "A", N: 3}, Score: score, Waited: waited, Credit: score - waited, Class: Ordinary}
}

func TestSentences(t *testing.T) {
	p := readPlan(t, "county", nil)
	for _, c := range sentences {
		number := Number{Prefix: "A", N: 7}
		if got := c.why.Sentence(p, number, "zh"); got != c.zh {
			t.Errorf("%s:\n says %s\n want %s", c.name, got, c.zh)
		}
		if got := c.why.Sentence(p, number, "en"); got != c.en {
			t.Errorf("%s:\n says %s\n want %s", c.name, got, c.en)
		}
	}
}
