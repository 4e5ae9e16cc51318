//! The library and a hand beside django-guardian, in turn: the same rows, the same questions.
//!
//! guardian runs in a process of its own, which measures by itself what an answer takes, from the user at hand to the
//! rows as objects; that of the library and of the hand begins and ends at the same points.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    CAR, PAGE,
    by_hand::Hand,
    compare::pause,
    figures::Median,
    question::{Caller, Question},
};

/// The variable that names a Python with what `django/requirements/django-5.2.txt` names.
const PYTHON: &str = "REFRAIN_BENCH_PYTHON";

/// A process that answers questions by guardian.
pub(super) struct Guardian {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Guardian {
    pub(super) fn start(url: &str) -> Self {
        let python = env::var_os(PYTHON).unwrap_or_else(|| panic!("{PYTHON} is not set: `cargo xtask bench guardian`"));
        let mut command = Command::new(python);
        command.arg("bench_grants.py").env("DATABASE_URL", url).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/django"));
        let mut process = command.spawn().expect("Python starts");
        let questions = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, questions, answers }
    }

    fn ask(&mut self, caller: &Caller<'_>, question: Question) -> (Duration, Vec<i64>) {
        let (name, offset) = match question {
            Question::Page(offset) => ("page", offset),
            Question::Count => ("count", 0),
            Question::Row => ("row", 0),
            Question::HasPerm => ("has_perm", 0),
        };
        let asked = json!({
            "user": caller.id, "or_owner": caller.or_owner, "question": name, "offset": offset, "limit": PAGE, "car": CAR,
        });
        writeln!(self.questions, "{asked}").expect("Python listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("Python answers");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}`: {error}"));
        let rows = answer["rows"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        (Duration::from_nanos(answer["took"].as_u64().expect("nanoseconds")), rows)
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What was measured of a question, in milliseconds and as ratios of the rounds' own.
pub(super) struct BesideGuardian {
    pub(super) ours: Median,
    pub(super) by_hand: Median,
    pub(super) guardian: Median,
    pub(super) ours_by_hand: Median,
    pub(super) guardian_by_ours: Median,
}

impl Caller<'_> {
    /// The library, the best exact statement by hand, and guardian.
    pub(super) async fn beside(&self, guardian: &mut Guardian, question: Question, rounds: usize) -> BesideGuardian {
        let (_, by_hand) = self.quickest(question, Hand::Exact).await;
        let mut times: Vec<[f64; 3]> = Vec::new();
        // the first round warms up
        for round in 0..=rounds {
            let (mut took, mut answers) = ([0.0; 3], [const { Vec::new() }; 3]);
            let mut order = [0, 1, 2];
            order.rotate_left(round % 3);
            if round % 2 == 1 {
                order.reverse();
            }
            for which in order {
                let by_hand = by_hand.clone();
                pause();
                let begun = Instant::now();
                let (time, rows) = match which {
                    0 => (None, self.ours(question).await),
                    1 => (None, self.run(question, by_hand).await),
                    _ => {
                        let (took, rows) = guardian.ask(self, question);
                        (Some(took), rows)
                    }
                };
                took[which] = time.unwrap_or_else(|| begun.elapsed()).as_secs_f64() * 1e3;
                answers[which] = rows;
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{question} of user {}: {answers:?}", self.id);
            if round > 0 {
                times.push(took);
            }
        }
        let of = |which: usize| Median::of(times.iter().map(|times| times[which]));
        let ratio = |one: usize, other: usize| Median::of(times.iter().map(|times| times[one] / times[other]));
        BesideGuardian {
            ours: of(0),
            by_hand: of(1),
            guardian: of(2),
            ours_by_hand: ratio(0, 1),
            guardian_by_ours: ratio(2, 0),
        }
    }
}
