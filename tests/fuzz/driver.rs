//! One target's run: the corpus as it is, then changes of it until the time is over.

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{limits::Limits, mutate::Mutator};

static ONE: Mutex<()> = Mutex::const_new(());

/// How long a run is where nothing is said, and in CI.
const SHORT: Duration = Duration::from_millis(1500);
const IN_CI: Duration = Duration::from_secs(10);

/// Minutes, by which `cargo xtask fuzz` makes a run long.
const MINUTES: &str = "REFRAIN_FUZZ_MINUTES";

/// What a target is called, and words that its inputs are likely made of.
pub struct Target {
    pub name: &'static str,
    pub words: &'static [&'static str],
    pub limits: Limits,
}

/// Gives the target inputs. `run` panics where a promise is broken, and else says in a few words how the input was taken:
/// what is taken in a new way is changed further.
pub async fn fuzz(target: &Target, mut run: impl AsyncFnMut(&[u8]) -> String) {
    // one target at a time, so that the memory measured is its own
    let _alone = ONE.lock().await;
    let long = env::var(MINUTES).ok().map(|minutes| minutes.parse::<f64>().expect("minutes are a number"));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target.name);
    let mut ways = Ways::default();
    let kept = read(&corpus);
    assert!(!kept.is_empty(), "the corpus of `{}` is there", target.name);
    for input in kept {
        ways.add(one(target, &input, &mut run).await, input);
    }
    let known: HashSet<String> = ways.shortest.keys().cloned().collect();

    let started = Instant::now();
    let short = if env::var_os("CI").is_some() { IN_CI } else { SHORT };
    let time = long.map_or(short, |minutes| Duration::from_secs_f64(minutes * 60.0));
    let mut mutator = Mutator::new(target.words);
    let (mut runs, mut told) = (ways.inputs.len(), started);
    while started.elapsed() < time {
        let input = mutator.change(&ways.inputs);
        ways.add(one(target, &input, &mut run).await, input);
        runs += 1;
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            eprintln!("{}: {runs} inputs, {} ways in which they were taken", target.name, ways.shortest.len());
        }
    }
    eprintln!("{}: {runs} inputs, {} ways in which they were taken, nothing found", target.name, ways.shortest.len());
    if long.is_some() {
        for (taken, input) in ways.shortest.into_iter().filter(|(taken, _)| !known.contains(taken)) {
            keep(&corpus, &shrunk(target, &taken, input, &mut run).await);
        }
    }
}

/// The ways in which inputs were taken, with the shortest input of each.
#[derive(Default)]
struct Ways {
    shortest: HashMap<String, Vec<u8>>,
    /// What is changed further.
    inputs: Vec<Vec<u8>>,
}

impl Ways {
    fn add(&mut self, taken: String, input: Vec<u8>) {
        match self.shortest.entry(taken) {
            Entry::Vacant(place) => {
                place.insert(input.clone());
                self.inputs.push(input);
            }
            Entry::Occupied(mut place) if input.len() < place.get().len() => drop(place.insert(input)),
            Entry::Occupied(_) => {}
        }
    }
}

/// The input without those parts that change nothing in how it is taken.
async fn shrunk(
    target: &Target,
    taken: &str,
    mut input: Vec<u8>,
    run: &mut impl AsyncFnMut(&[u8]) -> String,
) -> Vec<u8> {
    let mut length = input.len() / 2;
    let mut tries = 0;
    while length > 0 {
        let mut start = 0;
        while start + length <= input.len() && tries < 1000 {
            tries += 1;
            let without = [&input[..start], &input[start + length..]].concat();
            if one(target, &without, run).await == taken {
                input = without;
            } else {
                start += length;
            }
        }
        length /= 2;
    }
    input
}

async fn one(target: &Target, input: &[u8], run: &mut impl AsyncFnMut(&[u8]) -> String) -> String {
    let running = Running { target: target.name, input };
    let measured = target.limits.begin();
    let taken = run(input).await;
    if let Err(first) = measured.end() {
        // what is slow is slow again
        let again = target.limits.begin();
        run(input).await;
        if let Err(why) = again.end() {
            panic!("{first}, and again {why}");
        }
    }
    drop(running);
    taken
}

/// Saves the input where the test fails.
struct Running<'a> {
    target: &'a str,
    input: &'a [u8],
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(self.target);
            let file = keep(&folder, self.input);
            eprintln!("{}: the input is `{}`, kept in {}", self.target, self.input.escape_ascii(), file.display());
        }
    }
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.collect::<BTreeSet<_>>().into_iter().map(|file| fs::read(file).expect("an input is read")).collect()
}

fn keep(folder: &Path, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let file = folder.join(format!("{:016x}", hasher.finish()));
    fs::create_dir_all(folder).and_then(|()| fs::write(&file, input)).expect("the input is kept");
    file
}
