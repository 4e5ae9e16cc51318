use std::any::TypeId;

use super::{Action, Context, Permissions, Rule, hook};

/// With more parts that may be either, nothing is proved.
const MOST_OPEN: usize = 12;

impl Permissions {
    /// May this hold for the question's caller, on some row? `false` only where it is proved that it cannot.
    ///
    /// What a part says without asking anybody is taken as said. Every other part may say either, and the same part says
    /// the same wherever it stands: so `IsOwner & !IsOwner` is found, and nothing that could hold.
    pub(crate) fn may_hold(&self, cx: &Context<'_>) -> bool {
        let mut open = Vec::new();
        let part = self.settled(cx, &mut open);
        open.len() > MOST_OPEN || (0..1_u32 << open.len()).any(|saying_yes| part.holds(saying_yes))
    }

    fn settled(&self, cx: &Context<'_>, open: &mut Vec<Open>) -> Part {
        match self {
            Self::Class(class) => match class.meaning_now(cx) {
                Some(Ok(rule)) => Part::of(rule, open),
                Some(Err(_)) => Part::open(Open::Alone, open),
                None => {
                    Part::open(class.only_value().map_or(Open::Alone, |class| Open::Class(class, cx.action())), open)
                }
            },
            Self::Hook(hook) => Part::of(hook::meaning(hook, cx), open),
            Self::Through(key) => match key.meaning_now(cx) {
                Some(Ok(rule)) => Part::of(rule, open),
                Some(Err(_)) | None => Part::open(Open::Alone, open),
            },
            Self::And(parts) => Part::And(parts.iter().map(|part| part.settled(cx, open)).collect()),
            Self::Or(parts) => Part::Or(parts.iter().map(|part| part.settled(cx, open)).collect()),
            Self::Not(part) => Part::Not(Box::new(part.settled(cx, open))),
            Self::About(action, part) => part.settled(&cx.about(*action), open),
        }
    }
}

/// An expression whose leaves are settled, or one of those that may be either.
enum Part {
    Settled(bool),
    Open(usize),
    And(Vec<Part>),
    Or(Vec<Part>),
    Not(Box<Part>),
}

/// What may be either.
enum Open {
    /// A condition on the row; the same condition is the same answer.
    Rule(Rule),
    /// A class of which there is one value, and so one answer to one question about an action.
    Class(TypeId, Action),
    /// Unlike any other.
    Alone,
}

impl Part {
    fn of(rule: Rule, open: &mut Vec<Open>) -> Self {
        match rule {
            Rule::Always => Self::Settled(true),
            Rule::Never => Self::Settled(false),
            rule => Self::open(Open::Rule(rule), open),
        }
    }

    fn open(leaf: Open, open: &mut Vec<Open>) -> Self {
        let same = |known: &Open| match (known, &leaf) {
            (Open::Rule(known), Open::Rule(rule)) => known == rule,
            (Open::Class(known, about), Open::Class(class, action)) => known == class && about == action,
            _ => false,
        };
        Self::Open(open.iter().position(same).unwrap_or_else(|| {
            open.push(leaf);
            open.len() - 1
        }))
    }

    fn holds(&self, saying_yes: u32) -> bool {
        match self {
            Self::Settled(holds) => *holds,
            Self::Open(place) => saying_yes & (1 << place) != 0,
            Self::And(parts) => parts.iter().all(|part| part.holds(saying_yes)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(saying_yes)),
            Self::Not(part) => !part.holds(saying_yes),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use sea_orm::DatabaseConnection;

    use super::*;
    use crate::{
        AnyModel, IntoPermissions, Operators, PermissionClass,
        auth::{Auth, User},
    };

    #[derive(Clone, Copy, Operators)]
    struct Weekday;

    #[derive(Clone, Copy, Operators)]
    struct Daytime;

    /// Each value may say something else.
    #[derive(Clone, Copy, Operators)]
    struct Floor(#[allow(dead_code)] usize);

    impl PermissionClass for Weekday {
        type Model = AnyModel;
    }
    impl PermissionClass for Daytime {
        type Model = AnyModel;
    }
    impl PermissionClass for Floor {
        type Model = AnyModel;
    }

    fn may_hold(permissions: impl IntoPermissions) -> bool {
        let (user, headers, db) = (User::anonymous(&Auth::default()), HeaderMap::new(), DatabaseConnection::default());
        permissions.into_permissions().may_hold(&Context::new(&user, Action::List, None, &headers, &db))
    }

    #[test]
    fn a_part_says_the_same_wherever_it_stands_and_another_part_something_else() {
        assert!(!may_hold(Weekday & !Weekday));
        assert!(may_hold(Weekday & !Daytime));
        assert!(may_hold(!Weekday & !Daytime));
        assert!(may_hold(Floor(1) & !Floor(1)), "two values, and who knows what they compare");
        let about_deleting = Permissions::About(Action::Destroy, Box::new((!Weekday).into_permissions()));
        assert!(may_hold(Weekday & about_deleting));
    }

    #[test]
    fn nothing_is_proved_of_many_parts() {
        let beside = |others: usize| {
            let never = (Weekday & !Weekday).into_permissions();
            let others = (0..others).map(|floor| Floor(floor).into_permissions());
            Permissions::And([never].into_iter().chain(others).collect())
        };
        assert!(!may_hold(beside(MOST_OPEN - 1)));
        assert!(may_hold(beside(MOST_OPEN)));
    }
}
