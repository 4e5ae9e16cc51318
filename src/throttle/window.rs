use std::{collections::VecDeque, time::Duration};

use super::Rate;

/// A rate's time is told apart into so many slots: what was asked in one leaves when all of it is long enough ago.
const SLOTS: u32 = 64;

/// What one caller asked of late: never more than a rate allows, in any stretch of its time.
///
/// Times are counted from a beginning that the caller of these functions chooses.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// how many in each slot, the oldest first; no slot is empty
    slots: VecDeque<(u64, u32)>,
}

/// What is left once one was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Room {
    /// how many more
    pub(super) left: u32,
    /// in how long the first that was taken counts no more
    pub(super) until: Duration,
}

/// The slot in which something was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slot(u64);

impl Window {
    /// One more at this time; or how long to wait for it. Who is refused is not counted (CONTRACT 7.29).
    pub(super) fn take(&mut self, rate: Rate, now: Duration) -> Result<(Room, Slot), Duration> {
        let slot = slot_length(rate);
        let at = (now.as_nanos() / slot.as_nanos()) as u64;
        self.forget(rate, now);
        let taken: u32 = self.slots.iter().map(|(_, count)| count).sum();
        if taken >= rate.count {
            return Err(self.wait(rate, now));
        }
        let slot = match self.slots.back_mut().filter(|(last, _)| *last >= at) {
            Some((last, count)) => {
                *count += 1;
                *last
            }
            None => {
                self.slots.push_back((at, 1));
                at
            }
        };
        Ok((Room { left: rate.count - taken - 1, until: self.wait(rate, now) }, Slot(slot)))
    }

    /// As if what was taken in this slot had not been.
    pub(super) fn give_back(&mut self, Slot(slot): Slot) {
        if let Some(place) = self.slots.iter().position(|(known, _)| *known == slot) {
            self.slots[place].1 -= 1;
            if self.slots[place].1 == 0 {
                self.slots.remove(place);
            }
        }
    }

    fn forget(&mut self, rate: Rate, now: Duration) {
        while let Some((oldest, _)) = self.slots.front()
            && left(rate, *oldest) <= now
        {
            self.slots.pop_front();
        }
    }

    /// Until the oldest is forgotten; for ever, a rate's time at least, where nothing ever is allowed.
    fn wait(&self, rate: Rate, now: Duration) -> Duration {
        self.slots.front().map_or(rate.time, |(oldest, _)| left(rate, *oldest).saturating_sub(now))
    }
}

fn slot_length(rate: Rate) -> Duration {
    rate.time / SLOTS
}

/// When what was asked in a slot is long enough ago, all of it.
fn left(rate: Rate, slot: u64) -> Duration {
    let nanos = slot_length(rate).as_nanos() * (u128::from(slot) + 1);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).saturating_add(rate.time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn so_many_and_then_none_until_the_first_is_long_ago() {
        let (mut window, rate) = (Window::default(), Rate::per_minute(3));
        for second in [0, 10, 20] {
            window.take(rate, SECOND * second).expect("there is room");
        }
        let wait = window.take(rate, SECOND * 21).expect_err("there is none");
        assert!((SECOND * 39..=SECOND * 40).contains(&wait), "{wait:?}");
        assert!(window.take(rate, SECOND * 59).is_err());
        assert!(window.take(rate, SECOND * 61).is_ok());
        assert!(window.take(rate, SECOND * 62).is_err(), "the second one is not long ago");
    }

    #[test]
    fn nothing_is_ever_allowed_where_the_rate_is_none() {
        assert_eq!(Window::default().take(Rate::per_minute(0), SECOND), Err(SECOND * 60));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let (mut window, rate) = (Window::default(), Rate::per_minute(1));
        for second in 1..5 {
            let (room, slot) = window.take(rate, SECOND * second).expect("it was given back");
            assert_eq!(room.left, 0);
            window.give_back(slot);
        }
        assert!(window.slots.is_empty());
        // long forgotten meanwhile
        window.give_back(Slot(7));
    }

    proptest! {
        /// However requests come: in no stretch of the time are there more, memory is bounded, and who waits as told
        /// is let in.
        #[test]
        fn never_more_than_the_rate(
            count in 1u32..6,
            gaps in prop::collection::vec(0u64..40_000, 1..60),
        ) {
            let rate = Rate::per_minute(count);
            let (mut window, mut now, mut let_in) = (Window::default(), Duration::ZERO, Vec::new());
            for gap in gaps {
                now += Duration::from_millis(gap);
                match window.take(rate, now) {
                    Ok((room, _)) => {
                        let_in.push(now);
                        let within = let_in.iter().filter(|at| now - **at < rate.time).count();
                        prop_assert!(room.left as usize + within <= count as usize);
                        prop_assert!(room.until > Duration::ZERO && room.until <= rate.time + slot_length(rate));
                    }
                    Err(wait) => {
                        prop_assert!(wait > Duration::ZERO && wait <= rate.time + slot_length(rate));
                        let mut later = Window { slots: window.slots.clone() };
                        prop_assert!(later.take(rate, now + wait).is_ok());
                    }
                }
                prop_assert!(window.slots.len() <= SLOTS as usize + 2);
            }
            for (place, first) in let_in.iter().enumerate() {
                let within = let_in[place..].iter().filter(|at| **at - *first < rate.time).count();
                prop_assert!(within <= count as usize, "{within} from {first:?}");
            }
        }
    }
}
