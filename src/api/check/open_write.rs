use std::{any::TypeId, fmt};

use super::{Finding, Looked, Whom};
use crate::{
    permission::{Action, AllowAny, ObjectPermissionsWithAnonymous, Permissions, Rule},
    viewset::Declared,
};

impl Looked<'_> {
    /// A write that is open to everybody, or to everybody who has an account.
    ///
    /// What is open on purpose is said for the endpoint itself, where nothing else is opened with it: there is no list of
    /// exceptions beside the code, to grow old.
    pub(super) fn open_write(&self, whom: Whom) -> Option<Finding> {
        let Self { endpoint, .. } = self;
        let expression = &endpoint.permissions;
        let said_here = endpoint.declared == Declared::Action;
        if endpoint.method.is_safe() {
            return self.open_read(&whom.anonymous);
        }
        match whom {
            Whom { anonymous: Rule::Never, user: Rule::Always } if !said_here => {
                let message = format!("everybody who has an account may do it, whatever they hold: `{expression}`");
                let write =
                    format!("a permission, an owner or a flag; if it is meant, {}", self.only_here(own(expression)));
                Some(self.warning("open_to_users", message).write(write))
            }
            Whom { anonymous: Rule::Never, .. } => None,
            Whom { .. } if said_here && names::<AllowAny>(expression) => {
                Some(self.note("open_write", "everybody may do it: it says `AllowAny` itself".to_owned()))
            }
            Whom { anonymous, .. } => {
                let (rows, meant) = match anonymous {
                    Rule::Always => (String::new(), self.only_here(&"AllowAny")),
                    rows => (format!(" where {rows}"), self.only_here(&"AllowAny & …")),
                };
                let message = format!("who did not say who they are may do it{rows}: `{expression}`");
                Some(self.error("open_write", message).write(format!("`IsAuthenticated & …`; if it is meant, {meant}")))
            }
        }
    }

    /// A read that somebody's grants, or other tables, may open to everybody: that is seldom meant where it is not said.
    /// Of what the rows themselves say, and of what is open altogether, there is nothing to tell.
    fn open_read(&self, anonymous: &Rule) -> Option<Finding> {
        let expression = &self.endpoint.permissions;
        if !anonymous.reads_other_tables() {
            return None;
        }
        if mentions::<ObjectPermissionsWithAnonymous>(expression) {
            let message = format!("who did not say who they are may read it where {anonymous}: it says so itself");
            return Some(self.note("open_read", message));
        }
        let message = format!(
            "who did not say who they are may read what other tables may open to them, where {anonymous}: `{expression}`"
        );
        let write = "`IsAuthenticated & …`; if grants to who stands for them are meant, \
                     `ObjectPermissions.with_anonymous()`";
        Some(self.warning("open_read", message).write(write))
    }

    /// How an expression is said for this endpoint and no other.
    pub(super) fn only_here(&self, expression: &dyn fmt::Display) -> String {
        match self.endpoint.action {
            None => format!("`Guarded<…>` of `{expression}` as an argument of the handler"),
            Some(Action::Custom(_)) => format!("`Access::to({expression})` as the action's own permissions"),
            Some(action) => format!("`.on(Action::{action:?}, {expression})` on the viewset"),
        }
    }
}

/// A class, by itself or beside others that must hold too. By its type: anybody may call a class `AllowAny`.
pub(super) fn names<C: 'static>(expression: &Permissions) -> bool {
    match expression {
        Permissions::And(parts) => parts.iter().any(names::<C>),
        Permissions::Class(known) => known.only_value() == Some(TypeId::of::<C>()),
        Permissions::Hook(_)
        | Permissions::Through(_)
        | Permissions::Or(_)
        | Permissions::Not(_)
        | Permissions::About(..) => false,
    }
}

/// A class, wherever it stands.
fn mentions<C: 'static>(expression: &Permissions) -> bool {
    match expression {
        Permissions::And(parts) | Permissions::Or(parts) => parts.iter().any(mentions::<C>),
        Permissions::Not(part) | Permissions::About(_, part) => mentions::<C>(part),
        Permissions::Class(known) => known.only_value() == Some(TypeId::of::<C>()),
        Permissions::Hook(_) | Permissions::Through(_) => false,
    }
}

/// What the action says itself, without what is asked of the list beside it.
fn own(expression: &Permissions) -> &Permissions {
    match expression {
        Permissions::And(parts) => match &parts[..] {
            [own, Permissions::About(..)] => own,
            _ => expression,
        },
        _ => expression,
    }
}
