//! Changes of inputs.

use rand::{Rng, RngExt, SeedableRng, rngs::SmallRng};

/// No input is longer.
const LONGEST: usize = 64 * 1024;

/// What parsers stumble over: bounds of numbers, signs, ends, and bytes that are no UTF-8.
const ODD: [&[u8]; 40] = [
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"%",
    b"%00",
    b"%2f",
    b"%ff",
    b"%E2%80%8B",
    b"'",
    b"\"",
    b"\\",
    b"--",
    b";",
    b"-1",
    b"0",
    b"00",
    b"1e309",
    b"-0",
    b"2147483647",
    b"2147483648",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "ß".as_bytes(),
    "İ".as_bytes(),
    "ｒ".as_bytes(),
    "e\u{301}".as_bytes(),
    "𝟕".as_bytes(),
];

pub struct Mutator {
    random: SmallRng,
    words: Vec<&'static [u8]>,
}

impl Mutator {
    pub fn new(words: &[&'static str]) -> Self {
        let random = SmallRng::from_rng(&mut rand::rng());
        Self { random, words: words.iter().map(|word| word.as_bytes()).chain(ODD).collect() }
    }

    /// One of the inputs, changed in a few places.
    pub fn change(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut input = inputs[self.below(inputs.len())].clone();
        for _ in 0..=self.below(4) {
            self.step(&mut input, inputs);
        }
        input.truncate(LONGEST);
        input
    }

    fn step(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let (start, end) = self.range(input.len());
        match self.below(12) {
            0 => {
                if let Some(byte) = input.get_mut(start) {
                    *byte ^= 1 << self.random.random_range(0..8);
                }
            }
            1 => {
                let byte = self.random.next_u32().to_le_bytes()[0];
                input.insert(start, byte);
            }
            2 => drop(input.drain(start..end)),
            3 => {
                let part = input[start..end].to_vec();
                let at = self.below(input.len() + 1);
                input.splice(at..at, part);
            }
            // many times over, now and then very many
            4 => {
                let times = if self.below(50) == 0 { 4000 } else { self.below(40) };
                let part = input[start..end.min(start + 24)].repeat(times);
                input.splice(start..start, part);
            }
            5 => {
                let other = &inputs[self.below(inputs.len())];
                let (from, to) = self.range(other.len());
                input.splice(start..end, other[from..to].iter().copied());
            }
            6 => {
                let digit = b"0123456789"[self.below(10)];
                if let Some(place) = self.digit(input) {
                    input[place] = digit;
                }
            }
            7 => input[start..end].reverse(),
            8 => input[start..end].make_ascii_uppercase(),
            9 => {
                let word = self.word();
                input.splice(start..end, word.iter().copied());
            }
            _ => {
                let word = self.word();
                input.splice(start..start, word.iter().copied());
            }
        }
    }

    fn word(&mut self) -> &'static [u8] {
        let which = self.below(self.words.len());
        self.words[which]
    }

    fn digit(&mut self, input: &[u8]) -> Option<usize> {
        let digits: Vec<usize> = (0..input.len()).filter(|at| input[*at].is_ascii_digit()).collect();
        (!digits.is_empty()).then(|| digits[self.below(digits.len())])
    }

    fn range(&mut self, length: usize) -> (usize, usize) {
        let (a, b) = (self.below(length + 1), self.below(length + 1));
        (a.min(b), a.max(b))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }
}
