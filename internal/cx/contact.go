package cx

import "hash/fnv"

// ContactHash gives the reference of a contact a number from 2⁶⁰ on, 0 for none: enough to tie what speaks of one contact,
// without keeping the reference. Two of them meet once in a billion times: where it counts, the reference is read again.
func ContactHash(reference string) int64 { return hashed([]byte(reference)) }

// ContactHashOf is ContactHash of bytes.
func ContactHashOf(reference []byte) int64 { return hashed(reference) }

func hashed(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write(b) // never fails
	return int64(h.Sum64()>>4) | 1<<60
}
