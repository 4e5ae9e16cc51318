use std::{fmt, sync::Arc};

use super::{
    Action, Asking, Context, Denial, Denied, FollowedKey, RelatedViewSets, Rule, Trail, ceiling, class::ErasedClass,
    hook, hook::AskRow,
};
use crate::{Error, Result, model::ModelInfo};

/// An expression of permission classes as a value.
///
/// ```
/// use refrain::{IntoPermissions, IsAdminUser, IsOwner, Permissions};
///
/// let editors: Permissions = (IsOwner | IsAdminUser).into_permissions();
/// assert_eq!(editors.to_string(), "IsOwner | IsAdminUser");
/// assert!(matches!(editors, Permissions::Or(parts) if parts.len() == 2));
/// ```
///
/// Printing, checking at mount, deciding and naming the part that refused are each one walk over this tree.
#[derive(Clone)]
pub enum Permissions {
    /// A permission class.
    Class(Arc<dyn ErasedClass>),
    /// A row hook.
    Hook(Arc<dyn AskRow>),
    /// What another viewset's permissions mean for the row that a key points at.
    Through(Arc<FollowedKey>),
    /// All of these.
    And(Vec<Permissions>),
    /// Any of these.
    Or(Vec<Permissions>),
    /// Not this.
    Not(Box<Permissions>),
    /// This, asked about another action than the running one.
    About(Action, Box<Permissions>),
}

/// How the parts of an `&` or an `|` come together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Junction {
    And,
    Or,
}

impl Junction {
    /// What no part at all comes to.
    pub(super) fn of_none(self) -> Rule {
        match self {
            Self::And => Rule::Always,
            Self::Or => Rule::Never,
        }
    }

    pub(super) fn join(self, rule: Rule, next: Rule) -> Rule {
        match self {
            Self::And => rule & next,
            Self::Or => rule | next,
        }
    }

    /// Can no further part change it?
    pub(super) fn is_settled(self, rule: &Rule) -> bool {
        *rule == !self.of_none()
    }
}

impl Permissions {
    /// What the expression means for this question.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use poem::http::HeaderMap;
    /// use refrain::{Action, Context, IntoPermissions, IsAdminUser, IsOwner, Rule, model::ModelInfo};
    ///
    /// let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
    /// let cx = Context::new(&alice, Action::List, Some(&model), &headers, &db);
    /// assert_eq!((IsAdminUser & IsOwner).into_permissions().meaning(&cx).await?, Rule::Never);
    /// assert_ne!((IsAdminUser | IsOwner).into_permissions().meaning(&cx).await?, Rule::Never);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Left to right; a constant settles `&` and `|`, and what stands behind it is not asked. An error in an operand
    /// that was asked is the whole expression's. Of a caller within a [ceiling](crate::auth::Ceiling) it means what both they
    /// and the ceiling allow.
    pub async fn meaning(&self, cx: &Context<'_>) -> Result<Rule> {
        match cx.user().ceiling() {
            None => self.meaning_for(cx).await,
            Some(ceiling) => ceiling::meaning(self, ceiling, cx).await,
        }
    }

    /// The same for the caller as the question has them, whatever ceiling they are within.
    pub(super) async fn meaning_for(&self, cx: &Context<'_>) -> Result<Rule> {
        match self.meaning_now(cx) {
            Some(rule) => rule,
            None => self.ask(cx).await,
        }
    }

    /// The same where no part needs a future; `None` as soon as one does. Ceilings are not looked at: for a part of an
    /// expression, and for callers made up.
    pub(crate) fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        let (junction, parts) = match self {
            Self::Class(class) => return class.meaning_now(cx),
            Self::Hook(hook) => return Some(Ok(hook::meaning(hook, cx))),
            Self::Through(key) => return key.meaning_now(cx),
            Self::Not(part) => return Some(part.meaning_now(cx)?.map(|rule| !rule)),
            Self::About(action, part) => return part.meaning_now(&cx.about(*action)),
            Self::And(parts) => (Junction::And, parts),
            Self::Or(parts) => (Junction::Or, parts),
        };
        let mut rule = junction.of_none();
        for part in parts {
            match part.meaning_now(cx)? {
                Ok(meaning) => rule = junction.join(rule, meaning),
                Err(error) => return Some(Err(error)),
            }
            if junction.is_settled(&rule) {
                break;
            }
        }
        Some(Ok(rule))
    }

    pub(super) fn ask<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Rule> {
        Box::pin(async move {
            let (junction, parts) = match self {
                Self::Class(class) => match class.meaning_now(cx) {
                    Some(rule) => return rule,
                    None => return class.meaning(cx).await,
                },
                Self::Hook(hook) => return Ok(hook::meaning(hook, cx)),
                Self::Through(key) => return key.meaning(cx).await,
                Self::Not(part) => return Ok(!part.ask(cx).await?),
                Self::About(action, part) => return part.ask(&cx.about(*action)).await,
                Self::And(parts) => (Junction::And, parts),
                Self::Or(parts) => (Junction::Or, parts),
            };
            let mut rule = junction.of_none();
            for part in parts {
                rule = junction.join(rule, part.ask(cx).await?);
                if junction.is_settled(&rule) {
                    break;
                }
            }
            Ok(rule)
        })
    }

    /// Refuses what cannot judge this model's rows; the error says which class, and what to write instead.
    pub(crate) fn check(&self, model: Option<&ModelInfo>) -> Result<(), Error> {
        let fits = |name: &str, fits: Result<(), String>| {
            fits.map_err(|why| Error::wiring(format!("the permission class `{name}` {why}")))
        };
        match self {
            Self::Class(class) => fits(&class.name(), class.fits(model)),
            Self::Hook(hook) => fits(&hook.name(), hook.fits(model)),
            Self::Through(key) => fits(&key.to_string(), key.fits(model)),
            Self::And(parts) | Self::Or(parts) if parts.is_empty() => Err(Error::wiring(
                "an empty list of permission classes would let everybody in; write `AllowAny` to mean it",
            )),
            Self::And(parts) | Self::Or(parts) => parts.iter().try_for_each(|part| part.check(model)),
            Self::Not(part) | Self::About(_, part) => part.check(model),
        }
    }

    /// The labels of the permissions asked for, each once, in the order they are asked.
    pub(crate) fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        self.each_leaf(action, &mut |leaf, action| {
            let asked = match leaf {
                Self::Class(class) => class.permissions_asked(model, action),
                Self::Through(key) => key.permissions_asked(),
                _ => Vec::new(),
            };
            for label in asked {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        });
        labels
    }

    /// A denial by the whole, where it cannot be said which part it was.
    pub(crate) fn unnamed_denial(&self) -> Denied {
        Denied { class: self.to_string(), denial: Denial::default() }
    }

    /// Is there a hook? A list that asks one may be cut into pages before it is asked, and then has no count.
    pub(crate) fn may_ask_hooks(&self) -> bool {
        match self {
            Self::Hook(_) => true,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::may_ask_hooks),
            Self::Not(part) | Self::About(_, part) => part.may_ask_hooks(),
            Self::Class(_) | Self::Through(_) => false,
        }
    }

    /// The same where the keys it follows are followed to these viewsets.
    pub(crate) fn among(&self, viewsets: &RelatedViewSets) -> Self {
        let each = |parts: &[Self]| parts.iter().map(|part| part.among(viewsets)).collect();
        match self {
            Self::Class(_) | Self::Hook(_) => self.clone(),
            Self::Through(key) => Self::Through(Arc::new(key.among(viewsets))),
            Self::And(parts) => Self::And(each(parts)),
            Self::Or(parts) => Self::Or(each(parts)),
            Self::Not(part) => Self::Not(Box::new(part.among(viewsets))),
            Self::About(action, part) => Self::About(*action, Box::new(part.among(viewsets))),
        }
    }

    /// Refuses keys that cannot be followed, once every viewset is known.
    pub(crate) fn check_followed(&self, trail: &Trail<'_>) -> Result<()> {
        let mut checked = Ok(());
        self.each_leaf(trail.at.1, &mut |leaf, _| {
            if let (Self::Through(key), Ok(())) = (leaf, &checked) {
                checked = key.check(trail);
            }
        });
        checked
    }

    fn each_leaf(&self, action: Action, visit: &mut dyn FnMut(&Self, Action)) {
        match self {
            Self::Class(_) | Self::Hook(_) | Self::Through(_) => visit(self, action),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_leaf(action, visit)),
            Self::Not(part) => part.each_leaf(action, visit),
            Self::About(action, part) => part.each_leaf(*action, visit),
        }
    }
}

/// The expression as it was written: `ModelPermissions & (IsOwner | IsAdminUser)`; what is asked about another action
/// is headed by its name, as in `HasPerm("drivers.export_car") & list(IsOwner)`.
impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => f.write_str(&class.name()),
            Self::Hook(hook) => f.write_str(&hook.name()),
            Self::Through(key) => key.fmt(f),
            Self::And(parts) => joined(f, parts, " & "),
            Self::Or(parts) => joined(f, parts, " | "),
            Self::Not(part) if matches!(**part, Self::And(_) | Self::Or(_)) => write!(f, "!({part})"),
            Self::Not(part) => write!(f, "!{part}"),
            Self::About(action, part) => write!(f, "{action}({part})"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Permissions], sign: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(sign)?;
        }
        // `&` binds tighter than `|`, and both are associative
        if sign == " & " && matches!(part, Permissions::Or(_)) { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}
