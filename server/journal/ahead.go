package journal

// coldStart is how many records must be left to read for the file to be read ahead.
const coldStart = 50 << 10

// ahead has the system read the file in order, before records are read out of it: bbolt maps its file with the advice that
// reads are random, so a cold one costs one small read a page, ten times as long as this.
type ahead struct {
	advise func(at, length int64) error
	share  float64 // bytes of the file for each record, on average
	at     int64   // up to where the file was asked for
	end    int64
	margin int64 // how far before the records to be, since these differ in length
}

// readAhead prepares for reading records; nil when they are few.
func (b *Bolt) readAhead(next, last uint64) *ahead {
	info, err := b.boltFile.Stat()
	if err != nil || last-next < coldStart {
		return nil
	}
	a := &ahead{advise: adviser(b.boltFile), share: float64(info.Size()) / float64(last), end: info.Size(), margin: max(64<<20, info.Size()/8)}
	a.at = int64(float64(next)*a.share*0.8) &^ (pageSize - 1)
	return a
}

// aheadStep is how much is asked for at a time: as much as a disk reads while it is decoded.
const aheadStep = 4 << 20

// reach is told which record is read next. An error ends the reading ahead unsaid: the reading of records will meet and
// name it.
func (a *ahead) reach(next uint64) {
	if a == nil {
		return
	}
	for until := int64(float64(next)*a.share) + a.margin; a.at < min(until, a.end); a.at += aheadStep {
		if a.advise(a.at, min(aheadStep, a.end-a.at)) != nil {
			a.at = a.end
			return
		}
	}
}
