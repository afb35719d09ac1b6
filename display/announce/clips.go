package announce

import "strconv"

// Names of the clips that are words; letters and figures are clips named by themselves ("A", "7", "10", "100").
const (
	Chime   = "chime"         // 叮咚
	Please  = "qing"          // 请
	Number  = "hao"           // 号
	To      = "dao"           // 到
	Window  = "hao-chuangkou" // 号窗口
	Pause   = "pause"         // silence between two sayings
	Ten     = "10"            // 十
	Hundred = "100"           // 百
)

// Text is the sentence as it is said, for whoever reads it.
func (s Say) Text() string { return "请 " + s.Number + " 号到 " + s.Window + " 号窗口" }

// Clips names the clips of a voice pack in the order in which they are played, the repetition included.
func (s Say) Clips() []string {
	clips := []string{Chime}
	for n := range s.Times {
		if n > 0 {
			clips = append(clips, Pause)
		}
		clips = append(clips, sentence(s.Number, s.Window)...)
	}
	return clips
}

func sentence(number, window string) []string {
	clips := append([]string{Please}, spelt(number)...)
	clips = append(clips, Number, To)
	return append(append(clips, counted(window)...), Window)
}

// spelt reads character by character, as ticket numbers are read: A017 is A, 0, 1, 7.
func spelt(text string) []string {
	var clips []string
	for _, c := range text {
		switch {
		case c >= 'a' && c <= 'z':
			clips = append(clips, string(c-'a'+'A'))
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			clips = append(clips, string(c))
		}
	}
	return clips
}

// counted reads a window's number as a number below a thousand: 12 is ten two, 105 one hundred nought five. What is no
// such number is spelt.
func counted(text string) []string {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 || n > 999 || text[0] == '0' {
		return spelt(text)
	}
	var clips []string
	if n >= 100 {
		clips = append(clips, strconv.Itoa(n/100), Hundred)
	}
	return append(clips, belowHundred(n%100, n > 100)...)
}

// belowHundred reads 1 to 99. After a hundred the tens are always counted and a missing ten is read as nought.
func belowHundred(n int, after bool) []string {
	var clips []string
	switch tens := n / 10; {
	case tens > 1 || tens == 1 && after:
		clips = append(clips, strconv.Itoa(tens), Ten)
	case tens == 1:
		clips = append(clips, Ten)
	case after && n > 0:
		clips = append(clips, "0")
	}
	if n%10 > 0 {
		clips = append(clips, strconv.Itoa(n%10))
	}
	return clips
}
