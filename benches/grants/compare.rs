//! The library beside a hand, in turn.

use std::time::{Duration, Instant};

use sea_orm::Statement;

use super::{
    by_hand::Hand,
    question::{Caller, Question},
};

/// What was measured of a question.
pub(super) struct Compared {
    /// The library, its statement alone, the best exact one by hand, the best trusting one: medians.
    pub(super) took: [Duration; 4],
    /// The library by the exact one, its statement by the exact one, the library by the trusting one: medians of the
    /// rounds' own.
    pub(super) ratios: [f64; 3],
}

/// Each of four behind each other.
const ORDERS: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 3, 0, 2], [2, 0, 3, 1], [3, 2, 1, 0]];

impl Caller<'_> {
    /// In turn, and in every order: what ran before leaves caches colder or warmer.
    pub(super) async fn compare(&self, question: Question, quick: bool) -> Compared {
        let (quickest, exact) = self.quickest(question, Hand::Exact).await;
        let (_, trusting) = self.quickest(question, Hand::Trusting).await;
        let own = self.statement(question).await;
        // the quick ones more often: it is them that noise moves
        let rounds = if quick { 1 } else { (0.25 / quickest.as_secs_f64()).clamp(9.0, 301.0) as usize };
        let warm_up = if quick { 0 } else { 8 };
        let mut times: Vec<[Duration; 4]> = Vec::new();
        for round in 0..warm_up + rounds {
            let (mut took, mut answers) = ([Duration::ZERO; 4], [const { Vec::new() }; 4]);
            for which in ORDERS[round % ORDERS.len()] {
                let own = own.clone();
                let by_hand = if which == 2 { exact.clone() } else { trusting.clone() };
                pause();
                let begun = Instant::now();
                answers[which] = match (which, own) {
                    (1, Some(own)) => self.read(question, own).await,
                    (0 | 1, _) => self.ours(question).await,
                    _ => self.run(question, by_hand).await,
                };
                took[which] = begun.elapsed();
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{question} of user {}", self.id);
            if round >= warm_up {
                times.push(took);
            }
        }
        let ratio = |one: usize, other: usize| {
            median(times.iter().map(|times| times[one].as_secs_f64() / times[other].as_secs_f64()))
        };
        Compared {
            took: [0, 1, 2, 3].map(|which| median(times.iter().map(|times| times[which]))),
            ratios: [ratio(0, 2), ratio(1, 2), ratio(0, 3)],
        }
    }

    /// The quickest of the statements by hand, in a trial of three.
    pub(super) async fn quickest(&self, question: Question, hand: Hand) -> (Duration, Statement) {
        let mut trials = Vec::new();
        for statement in self.by_hand(question, hand) {
            self.run(question, statement.clone()).await;
            let begun = Instant::now();
            for _ in 0..3 {
                self.run(question, statement.clone()).await;
            }
            trials.push((begun.elapsed() / 3, statement));
        }
        trials.into_iter().min_by_key(|(took, _)| *took).expect("there is a statement")
    }
}

/// Until who answers has gone to sleep, as a request finds it. What asks again at once finds it awake still, which saves
/// as much as a short answer takes: and the library, which thinks before it asks, would find it awake less often.
pub(super) fn pause() {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_micros(200) {
        std::hint::spin_loop();
    }
}

fn median<T: PartialOrd>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("times are numbers"));
    let middle = values.len() / 2;
    values.swap_remove(middle)
}
