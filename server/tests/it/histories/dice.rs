//! Chance from a seed: a story that went wrong can be told again.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `most` - 1.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    /// One of them.
    pub fn of<T: Clone>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())].clone()
    }

    /// In some order.
    pub fn shuffle<T>(&mut self, these: &mut [T]) {
        for place in (1..these.len()).rev() {
            these.swap(place, self.below(place + 1));
        }
    }

    /// Another one's.
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }
}

/// Seeds for so many stories: any, or the one that `CODEMINT_SEED` names.
pub fn seeds(count: usize) -> Vec<u64> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    match std::env::var("CODEMINT_SEED").ok().and_then(|text| text.parse().ok()) {
        Some(seed) => vec![seed],
        None => (0..count).map(|_| RandomState::new().build_hasher().finish() >> 16).collect(),
    }
}
