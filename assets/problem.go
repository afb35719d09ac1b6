package assets

import "fmt"

// ProblemText is the title and the detail of a refusal in a language, by the code of its problem document. When params
// has a reason and there is a sentence for it, the detail is that sentence. A code without words is reported to the hook
// and reads as "internal".
func ProblemText(lang, code string, params Params) (title, detail string) {
	base := "problem." + code
	if !Has(lang, base+".title") {
		report(lang, base+".title")
		base = "problem.internal"
	}
	key := base + ".detail"
	if byReason := key + "." + fmt.Sprint(params["reason"]); Has(lang, byReason) {
		key = byReason
	}
	return Text(lang, base+".title", params), Text(lang, key, params)
}
