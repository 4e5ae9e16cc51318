use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use crate::load::{Heard, Read};

/// What is said to the programs.
pub const BOUND: Duration = Duration::from_secs(1);

/// What a busy machine may add.
pub const SLACK: Duration = Duration::from_millis(700);

/// Between two changes of the reader's right: they had it, or had it not.
pub struct Turn {
    pub from: Instant,
    pub to: Instant,
    pub holds: bool,
}

/// What the answers say, all of which were right.
pub struct Figures {
    read: BTreeMap<u16, usize>,
    /// answers from which a mistake would show, in turns without the right and with it
    telling: [usize; 2],
    /// for each turn, how long after its beginning somebody still heard otherwise; sorted
    stale: Vec<Duration>,
    /// the longest time in which a node had nothing to say but 503, or was not there
    silence: Duration,
    written: usize,
    unwritten: BTreeMap<u16, usize>,
    unanswered: BTreeMap<String, usize>,
}

impl Figures {
    /// Panics at an answer that is wrong.
    pub fn of(heard: &Heard, turns: &[Turn]) -> Self {
        let (mut read, mut telling) = (BTreeMap::new(), [0; 2]);
        let mut stale = vec![Duration::ZERO; turns.len()];
        for Read { from, to, code, .. } in &heard.read {
            assert!(matches!(code, 200 | 403 | 503), "{code}");
            *read.entry(*code).or_default() += 1;
            // wholly within a turn
            let within = turns.iter().position(|turn| *from >= turn.from && *to <= turn.to);
            let Some(turn) = within else { continue };
            let (holds, after) = (turns[turn].holds, *from - turns[turn].from);
            let is_right = *code == 503 || *code == if holds { 200 } else { 403 };
            if after >= BOUND + SLACK {
                let (changed, at) = (if holds { "given" } else { "taken" }, *from - turns[0].from);
                assert!(is_right, "at {at:?}, in turn {turn}: {code} {after:?} after the right was {changed}");
                telling[usize::from(holds)] += usize::from(*code != 503);
            } else if !is_right {
                stale[turn] = stale[turn].max(after);
            }
        }
        stale.sort_unstable();
        // a superuser is never refused, and nothing but an outage keeps them from writing
        assert!(heard.unwritten.keys().all(|code| *code == 503), "{:?}", heard.unwritten);
        let silence = (0..2).map(|node| silence(heard, node, turns)).max().unwrap_or_default();
        let (unwritten, unanswered) = (heard.unwritten.clone(), heard.unanswered.clone());
        Self { read, telling, stale, silence, written: heard.written.len(), unwritten, unanswered }
    }

    /// Are they enough to believe?
    pub fn check(&self) {
        assert!(self.telling.iter().all(|count| *count > 50) && self.written > 20, "{self}");
        assert!(self.silence < Duration::from_secs(15), "{self}");
    }
}

/// The longest time between two answers of this node's that were none of an outage, from the first turn to the last.
fn silence(heard: &Heard, node: usize, turns: &[Turn]) -> Duration {
    let of_node = heard.read.iter().filter(|read| read.node == node && read.code != 503);
    let ends = turns.first().map(|turn| turn.from).into_iter().chain(turns.last().map(|turn| turn.to));
    let mut answered: Vec<_> = of_node.map(|read| read.to).chain(ends).collect();
    answered.sort_unstable();
    answered.windows(2).map(|two| two[1] - two[0]).max().unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, telling: [without, with], stale, silence, written, unwritten, unanswered } = self;
        let of = |part: usize| stale.get((stale.len() * part / 100).min(stale.len() - 1)).copied().unwrap_or_default();
        write!(
            f,
            "read {read:?}, of which {with} with the right and {without} without it would show a mistake; \
             {written} written, not written {unwritten:?}; unanswered {unanswered:?}; stale in {} turns: median {:?}, \
             95 of 100 {:?}, most {:?}; longest without an answer: {silence:?}",
            stale.len(),
            of(50),
            of(95),
            of(100),
        )
    }
}
