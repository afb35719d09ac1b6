package hall

import (
	"fmt"
	"strings"
)

// Sentence says why a number was called, in Chinese or English ("en"), from the recorded scores alone.
func (w Why) Sentence(p *Plan, number Number, lang string) string {
	words := whyZh
	if lang == "en" {
		words = whyEn
	}
	s := words.rules[w.Rule]
	if s == nil {
		s = words.rules[RuleCredit]
	}
	return s(words, w, p, number, lang)
}

type whyWords struct {
	rules    map[string]func(words *whyWords, w Why, p *Plan, n Number, lang string) string
	sum      string // class, waited, credit
	bare     string // waited
	prefer   string
	runner   string // number, class, total
	earlier  string // the same, equal total, stood there earlier
	smaller  string // the same, equal total and standing
	alone    string
	minute   string
	second   string // minutes and seconds
	total    string
	strict   string
	target   string
	held     string
	chosen   string
	first    string
	returned string
	capped   string
}

var whyZh, whyEn *whyWords

func init() {
	rules := map[string]func(*whyWords, Why, *Plan, Number, string) string{
		RuleCredit: sayCredit, RuleStrict: sayStrict, RuleTarget: sayTarget, RuleHeld: sayHeld, RuleChosen: sayChosen, RuleReturned: sayReturned,
	}
	whyZh = &whyWords{rules: rules, sum: "%s 是%s，等 %s + 优先 %s", bare: "%s 等了 %s", prefer: " + 本窗口优先 %s", total: " = %s",
		runner: "，高于下一个 %s（%s，%s）", alone: "，没有其他人可叫", minute: "%d 分", second: "%d 分 %d 秒",
		earlier: "，与下一个 %s（%s，%s）同分，排队在先", smaller: "，与下一个 %s（%s，%s）同分，号码在前", capped: "；优先号已连叫两次，先叫普通号",
		strict: "%s 属于“%s”，先于其他人办理", target: "；指定由本窗口办理", held: "%s 过号后报到或自愿延后，现在没有其他人等候",
		chosen: "工作人员选号：%s，已记录理由", first: "；按顺序应叫 %s（%s）", returned: "%s 过号后回到本窗口，直接再叫"}
	whyEn = &whyWords{rules: rules, sum: "%s is %s: waited %s + credit %s", bare: "%s waited %s", prefer: " + window preference %s", total: " = %s",
		runner: ", more than the next, %s (%s, %s)", alone: "; nobody else could be called", minute: "%d min", second: "%d min %d s",
		earlier: ", the same as the next, %s (%s, %s), who joined later", smaller: ", the same as the next, %s (%s, %s), whose number comes later",
		capped: "; two priority numbers were called in a row, so an ordinary one goes first",
		strict: "%s belongs to “%s”, which goes before others", target: "; bound to this window",
		held:   "%s came back or let others go first, and nobody else is waiting",
		chosen: "Chosen by staff: %s, with a recorded reason", first: "; in order it would have been %s (%s)",
		returned: "%s came back to the window that had passed it and is called again"}
}

// times gives how the sentence tells times: in minutes, and in seconds too where minutes alone would hide the difference.
func (words *whyWords) times(w Why) func(t Time) string {
	r := w.Runner
	fine := r != nil && r.Score != w.Score && r.Score/60_000 == w.Score/60_000
	return func(t Time) string {
		if fine {
			return fmt.Sprintf(words.second, int64(t)/60_000, int64(t)/1000%60)
		}
		return fmt.Sprintf(words.minute, int64(t)/60_000)
	}
}

func className(p *Plan, id, lang string) string {
	if c, ok := p.Class(id); ok {
		return c.Name.In(lang)
	}
	return id
}

func sayCredit(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	var s strings.Builder
	times := words.times(w)
	if w.Credit > 0 {
		fmt.Fprintf(&s, words.sum, n, className(p, w.Class, lang), times(w.Waited), times(w.Credit))
	} else {
		fmt.Fprintf(&s, words.bare, n, times(w.Waited))
	}
	if w.Prefer > 0 {
		fmt.Fprintf(&s, words.prefer, times(w.Prefer))
	}
	if w.Credit > 0 || w.Prefer > 0 {
		fmt.Fprintf(&s, words.total, times(w.Score))
	}
	s.WriteString(words.rest(w, p, lang))
	return s.String()
}

// rest names the runner-up, or that there was none.
func (words *whyWords) rest(w Why, p *Plan, lang string) string {
	capped := ""
	if w.Capped {
		capped = words.capped
	}
	if w.Runner == nil {
		return words.alone + capped
	}
	if w.Capped && w.Runner.Score > w.Score {
		return capped
	}
	return fmt.Sprintf(words.order(w), w.Runner.Number, className(p, w.Runner.Class, lang), words.times(w)(w.Runner.Score)) + capped
}

// order says what put the call before its runner-up: the score, or with equal scores the standing or the number.
func (words *whyWords) order(w Why) string {
	switch {
	case w.Score != w.Runner.Score:
		return words.runner
	case w.Waited != w.Runner.Waited:
		return words.earlier
	}
	return words.smaller
}

func sayStrict(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	return fmt.Sprintf(words.strict, n, className(p, w.Class, lang))
}

func sayTarget(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	return sayCredit(words, w, p, n, lang) + words.target
}

func sayHeld(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	return fmt.Sprintf(words.held, n)
}

func sayChosen(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	s := fmt.Sprintf(words.chosen, n)
	if w.Runner != nil {
		s += fmt.Sprintf(words.first, w.Runner.Number, words.times(w)(w.Runner.Score))
	}
	return s
}

func sayReturned(words *whyWords, w Why, p *Plan, n Number, lang string) string {
	return fmt.Sprintf(words.returned, n)
}
