//go:build linux

package disk

// sectorSize is how much a disk writes whole or not at all, in bytes.
const sectorSize = 512

// body is what a file holds. A sector is never changed, only replaced, so that images can share it; one that is missing is
// all zeros.
type body struct {
	size    int64
	sectors map[int64][]byte
}

// fill reads from a place on and gives how much there was.
func (b *body) fill(p []byte, at int64) int {
	if at >= b.size {
		return 0
	}
	p = p[:min(int64(len(p)), b.size-at)]
	clear(p)
	for done := 0; done < len(p); {
		sector, inside := (at+int64(done))/sectorSize, (at+int64(done))%sectorSize
		n := min(sectorSize-int(inside), len(p)-done)
		if s := b.sectors[sector]; s != nil {
			copy(p[done:done+n], s[inside:])
		}
		done += n
	}
	return len(p)
}

// version is what a sector holds since a change; nil is all zeros.
type version struct {
	stamp uint64
	bytes []byte
}

// length is how long a file is since a change.
type length struct {
	stamp uint64
	size  int64
}

// keptVersions is how many states of one sector that are not safe are remembered.
const keptVersions = 4

// content is a file as programs see it, as it is for sure on the disk, and the steps between the two.
type content struct {
	live, safe body
	fresh      map[int64][]version // by sector, oldest first
	lengths    []length            // oldest first
}

func newContent() *content {
	return &content{live: body{sectors: map[int64][]byte{}}, safe: body{sectors: map[int64][]byte{}}, fresh: map[int64][]version{}}
}

// put replaces a sector.
func (c *content) put(stamp uint64, sector int64, bytes []byte) {
	if bytes == nil {
		delete(c.live.sectors, sector)
	} else {
		c.live.sectors[sector] = bytes
	}
	kept := append(c.fresh[sector], version{stamp, bytes})
	c.fresh[sector] = kept[max(0, len(kept)-keptVersions):]
}

// write puts bytes at a place.
func (c *content) write(stamp uint64, p []byte, at int64) {
	if end := at + int64(len(p)); end > c.live.size {
		c.live.size = end
		c.lengths = append(c.lengths, length{stamp, end})
	}
	for done := 0; done < len(p); {
		sector, inside := (at+int64(done))/sectorSize, (at+int64(done))%sectorSize
		bytes := make([]byte, sectorSize)
		copy(bytes, c.live.sectors[sector])
		n := copy(bytes[inside:], p[done:])
		c.put(stamp, sector, bytes)
		done += n
	}
}

// resize cuts a file off or makes it longer with zeros.
func (c *content) resize(stamp uint64, size int64) {
	if size == c.live.size {
		return
	}
	for sector := range c.live.sectors {
		switch kept := size - sector*sectorSize; {
		case kept <= 0:
			c.put(stamp, sector, nil)
		case kept < sectorSize:
			bytes := make([]byte, sectorSize)
			copy(bytes, c.live.sectors[sector][:kept])
			c.put(stamp, sector, bytes)
		}
	}
	c.live.size = size
	c.lengths = append(c.lengths, length{stamp, size})
}

// sync makes everything safe.
func (c *content) sync() {
	for sector := range c.fresh {
		if bytes := c.live.sectors[sector]; bytes != nil {
			c.safe.sectors[sector] = bytes
		} else {
			delete(c.safe.sectors, sector)
		}
	}
	c.safe.size = c.live.size
	clear(c.fresh)
	c.lengths = c.lengths[:0]
}

// forget is what becomes of a file when a sync fails: each sector is on the disk or not, and no later sync writes those that
// are not. The kernel holds what was written for a while, so that programs go on seeing it; whoever reads from the disk
// finds what is there.
func (c *content) forget(d dice) {
	for sector, versions := range c.fresh {
		newest := versions[len(versions)-1]
		into, bytes := c.live.sectors, c.safe.sectors[sector]
		if d.keeps(newest.stamp) {
			into, bytes = c.safe.sectors, newest.bytes
		}
		if bytes == nil {
			delete(into, sector)
		} else {
			into[sector] = bytes
		}
	}
	clear(c.fresh)
}

// growth is how many sectors a write would add to those that take up space.
func (c *content) growth(size int, at int64) (sectors int64) {
	for s := at / sectorSize; s*sectorSize < at+int64(size); s++ {
		if c.live.sectors[s] == nil {
			sectors++
		}
	}
	return sectors
}

// afterLoss gives what may be left of the file.
func (c *content) afterLoss(d dice) body {
	left := body{size: c.safe.size, sectors: make(map[int64][]byte, len(c.safe.sectors))}
	for i := len(c.lengths) - 1; i >= 0; i-- {
		if d.keeps(c.lengths[i].stamp) {
			left.size = c.lengths[i].size
			break
		}
	}
	for sector, bytes := range c.safe.sectors {
		left.sectors[sector] = bytes
	}
	for sector, versions := range c.fresh {
		for i := len(versions) - 1; i >= 0; i-- {
			if d.keeps(versions[i].stamp) {
				left.sectors[sector] = versions[i].bytes
				break
			}
		}
	}
	return left
}
