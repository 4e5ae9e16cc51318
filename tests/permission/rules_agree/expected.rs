//! What an expression means, worked out in Rust over the same rows.

use refrain::Action;

use super::{
    tree::{Fault, Own, Stock, Tree},
    world::{Who, World, car},
};

/// A meaning, with the answer for each car.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    Always,
    Never,
    Rows {
        admitted: Vec<bool>,
        /// no statement with this condition can be run
        broken: bool,
    },
}

/// An operand that was asked did not answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CouldNotTell;

/// One case: the rows, who asks, and their key.
pub struct Case<'a> {
    pub world: &'a World,
    pub who: &'a Who,
    pub key: Option<i32>,
}

impl Meaning {
    /// Is this row admitted? Nobody can tell where the statement cannot be run.
    pub fn admits(&self, place: usize) -> Result<bool, CouldNotTell> {
        match self {
            Self::Always => Ok(true),
            Self::Never => Ok(false),
            Self::Rows { broken: true, .. } => Err(CouldNotTell),
            Self::Rows { admitted, .. } => Ok(admitted.get(place).copied().unwrap_or(false)),
        }
    }

    fn joined(self, other: Self, absorbing: Self, neutral: Self, join: fn(bool, bool) -> bool) -> Self {
        match (self, other) {
            (a, b) if a == absorbing || b == absorbing => absorbing,
            (a, rule) | (rule, a) if a == neutral => rule,
            (Self::Rows { admitted: a, broken: x }, Self::Rows { admitted: b, broken: y }) => {
                let admitted = a.into_iter().zip(b).map(|(a, b)| join(a, b)).collect();
                Self::Rows { admitted, broken: x || y }
            }
            _ => unreachable!("every constant absorbs or is neutral"),
        }
    }
}

impl Case<'_> {
    /// Of who is within a ceiling: what they may and it allows, or what anybody may where it does not say.
    pub fn meaning(&self, tree: &Tree, action: Action) -> Result<Meaning, CouldNotTell> {
        let (Some(ceiling), Some(_)) = (&self.who.ceiling, self.who.name) else { return self.of_tree(tree, action) };
        let asked = if action.is_safe() { "view_car" } else { "change_car" };
        let within = match ceiling.contains(&asked) {
            true => self.of_tree(tree, action)?,
            false => Case { who: &Who::nobody(), key: None, ..*self }.of_tree(tree, action)?,
        };
        if within == Meaning::Never {
            return Ok(within);
        }
        let whole = Case { who: &self.who.whole(), ..*self }.of_tree(tree, action)?;
        Ok(within.joined(whole, Meaning::Never, Meaning::Always, |a, b| a && b))
    }

    /// Left to right; a constant settles it, and what stands behind it is not asked.
    fn of_tree(&self, tree: &Tree, action: Action) -> Result<Meaning, CouldNotTell> {
        match tree {
            Tree::Stock(stock) => Ok(self.of_stock(*stock, action)),
            Tree::Own(own) => self.of_own(own, action),
            Tree::Hook(admitted) => Ok(self.rows(|car| admitted.contains(&car.id))),
            Tree::And(parts) => {
                let mut all = Meaning::Always;
                for part in parts {
                    let part = self.of_tree(part, action)?;
                    all = all.joined(part, Meaning::Never, Meaning::Always, |a, b| a && b);
                    if all == Meaning::Never {
                        break;
                    }
                }
                Ok(all)
            }
            Tree::Or(parts) => {
                let mut any = Meaning::Never;
                for part in parts {
                    let part = self.of_tree(part, action)?;
                    any = any.joined(part, Meaning::Always, Meaning::Never, |a, b| a || b);
                    if any == Meaning::Always {
                        break;
                    }
                }
                Ok(any)
            }
            Tree::Not(part) => Ok(match self.of_tree(part, action)? {
                Meaning::Always => Meaning::Never,
                Meaning::Never => Meaning::Always,
                Meaning::Rows { admitted, broken } => {
                    Meaning::Rows { admitted: admitted.into_iter().map(|admits| !admits).collect(), broken }
                }
            }),
        }
    }

    fn of_stock(&self, stock: Stock, action: Action) -> Meaning {
        let (who, safe) = (self.who, action.is_safe());
        let known = who.name.is_some();
        constant(match stock {
            Stock::AllowAny => true,
            Stock::DenyAll => false,
            Stock::IsAuthenticated => known,
            Stock::IsAdminUser => who.is_staff(),
            Stock::IsSuperuser => who.is_active() && who.is_superuser(),
            Stock::IsAuthenticatedOrReadOnly => safe || known,
            Stock::ReadOnly => safe,
            Stock::ModelPermissions => match action {
                Action::List | Action::Retrieve => who.holds("view_car"),
                _ => who.holds("change_car"),
            },
            Stock::HasPerm => who.holds("publish_car"),
            Stock::IsOwnerOrReadOnly if safe => true,
            Stock::IsOwner | Stock::IsOwnerOrReadOnly => match self.key {
                None => false,
                Some(key) => return self.rows(|car| car.owner_id == Some(key)),
            },
        })
    }

    fn of_own(&self, own: &Own, action: Action) -> Result<Meaning, CouldNotTell> {
        if own.fault == Some(Fault::Asking) {
            return Err(CouldNotTell);
        }
        if own.for_staff && !self.who.is_staff() {
            return Ok(Meaning::Never);
        }
        if own.reads_freely && action.is_safe() {
            return Ok(Meaning::Always);
        }
        if own.fault == Some(Fault::Judging) {
            return Ok(Meaning::Rows { admitted: vec![false; self.world.cars.len()], broken: true });
        }
        // NULL is false at the leaf, and only then is it negated
        Ok(self.rows(|car| own.condition.truth(car, self.world).unwrap_or(false) != own.negates))
    }

    fn rows(&self, admits: impl Fn(&car::Model) -> bool) -> Meaning {
        Meaning::Rows { admitted: self.world.cars.iter().map(admits).collect(), broken: false }
    }
}

fn constant(yes: bool) -> Meaning {
    if yes { Meaning::Always } else { Meaning::Never }
}
