//! With which two bytes a word of a list may begin, asked of 64 bytes at once.
//!
//! A number begins hardly any word, and of the pairs of letters a language has, words of a list begin with some. A byte and the one
//! behind it are looked up in a table each: they begin a word where both have a bit in common. There are eight, so that what is let
//! through is more than there is, but of a log half of all beginnings are not.

/// Bytes below 128, to which those above are made equal.
const BYTES: usize = 128;

/// What two bytes a word may begin with.
#[derive(Debug)]
pub(crate) struct Openings {
    pub(super) first: [u8; BYTES],
    pub(super) second: [u8; BYTES],
}

/// First bytes, and what may stand behind each of them.
#[derive(Clone, Copy)]
struct Group {
    firsts: u128,
    seconds: u128,
}

const DIGITS: u128 = 0x3ff << b'0';
const LETTERS: u128 = 0x3ff_ffff << b'a' | 0x3ff_ffff << b'A';

impl Group {
    fn with(self, other: &Group) -> Group {
        Group { firsts: self.firsts | other.firsts, seconds: self.seconds | other.seconds }
    }

    /// About how often two bytes of a text are of it: digits stand there more than letters do, and these more than signs.
    fn weight(&self) -> u32 {
        let of = |bytes: u128| {
            (bytes & LETTERS).count_ones() * 3 + (bytes & DIGITS).count_ones() * 8 + (bytes & !(LETTERS | DIGITS)).count_ones()
        };
        of(self.firsts) * of(self.seconds)
    }
}

impl Openings {
    /// `seconds`: of each first byte, which may stand behind it.
    pub(super) fn of(seconds: &[u128; BYTES]) -> Openings {
        let mut groups: Vec<Group> = Vec::new();
        for (first, seconds) in seconds.iter().copied().enumerate().filter(|(_, seconds)| *seconds != 0) {
            match groups.iter_mut().find(|group| group.seconds == seconds) {
                Some(group) => group.firsts |= 1 << first,
                None => groups.push(Group { firsts: 1 << first, seconds }),
            }
        }
        // The smallest goes to the one that becomes least larger by it.
        while groups.len() > 8 {
            let Some(smallest) = (0..groups.len()).min_by_key(|at| groups[*at].weight()) else { break };
            let smallest = groups.swap_remove(smallest);
            if let Some(nearest) = groups.iter_mut().min_by_key(|group| group.with(&smallest).weight() - group.weight()) {
                *nearest = nearest.with(&smallest);
            }
        }
        let mut openings = Openings { first: [0; BYTES], second: [0; BYTES] };
        for (bit, group) in groups.iter().enumerate() {
            let of = |bytes: u128, place: usize| ((bytes >> place & 1) as u8) << bit;
            for place in 0..BYTES {
                openings.first[place] |= of(group.firsts, place);
                openings.second[place] |= of(group.seconds, place);
            }
        }
        openings
    }

    /// Whether a word may begin with these two.
    #[cfg(test)]
    pub(super) fn may_open(&self, first: u8, second: u8) -> bool {
        let place = |byte: u8| usize::from(byte) % BYTES;
        self.first[place(first)] & self.second[place(second)] != 0
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{CHUNK, Look, Walk, each_width, widest},
        *,
    };
    use proptest::prelude::*;

    struct Ask<'a>(&'a Openings, &'a [u8; CHUNK + 1]);

    impl Walk for Ask<'_> {
        type Output = Option<u64>;

        #[inline(always)]
        fn walk<L: Look>(self) -> Option<u64> {
            Some(L::may_open(self.0, self.1.first_chunk()?, self.1.last_chunk()?))
        }
    }

    proptest! {
        #[test]
        fn what_a_word_begins_with_is_let_through_by_every_width(
            pairs in prop::collection::vec((0..128_u8, 0..128_u8), 0..200),
            text in prop::collection::vec(any::<u8>(), CHUNK + 1),
        ) {
            let mut seconds = [0; BYTES];
            pairs.iter().for_each(|(first, second)| seconds[usize::from(*first)] |= 1 << second);
            let openings = Openings::of(&seconds);
            prop_assert!(pairs.iter().all(|(first, second)| openings.may_open(*first, *second)));
            let text = text.first_chunk().expect("so many");
            let slow = (0..CHUNK).fold(0, |bits, at| bits | u64::from(openings.may_open(text[at], text[at + 1])) << at);
            for told in each_width(|| widest(Ask(&openings, text))) {
                prop_assert!(told == Some(slow) || told == Some(u64::MAX));
            }
        }
    }
}
