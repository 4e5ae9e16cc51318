//! What an expression means for a caller within a [ceiling](crate::auth::Ceiling): what both they and it allow.
//!
//! Where the ceiling names the permission that is asked, the caller is asked about as they are within it: neither staff nor
//! superuser, and holding what it names. Elsewhere nobody in particular is: what is open to anybody is open to every
//! credential. In both cases the user without the ceiling is asked about as well, since a `!` lets in who holds less.

use super::{Action, Asking, Context, Denial, Permissions, Rule, context::OnBehalf, refusal::Meanings};
use crate::{Result, auth::Ceiling};

/// As whom a caller within a ceiling is asked about first.
fn first(permissions: &Permissions, ceiling: &Ceiling, cx: &Context<'_>) -> OnBehalf {
    if names(permissions, ceiling, cx) { OnBehalf::Caller } else { OnBehalf::Nobody }
}

/// Does the ceiling name what is asked: the model's permission for the action, or on a proxy's rows its concrete model's?
///
/// An action of a viewset's own that has no codename, and a handler, have none; there one that the expression asks for
/// stands for it. Elsewhere it does not: what an endpoint asks beside says nothing of what it does.
fn names(permissions: &Permissions, ceiling: &Ceiling, cx: &Context<'_>) -> bool {
    let label = cx.model().map(|model| model.label(cx.action()));
    let is_named_by_others = match (cx.action(), &label) {
        // `OPTIONS`, which asks for no permission
        (_, Some(None)) => return true,
        (Action::Custom(action), _) => action.codename.is_none(),
        _ => false,
    };
    let on_rows = cx.model().filter(|_| cx.action() != Action::Create);
    let granted = on_rows.and_then(|model| model.granted_label(cx.action()));
    label.flatten().is_some_and(|label| ceiling.allows(&label))
        || granted.is_some_and(|label| ceiling.allows(&label))
        || (is_named_by_others
            && permissions.permissions_asked(cx.model(), cx.action()).iter().any(|label| ceiling.allows(label)))
}

impl Permissions {
    /// The question as whatever lets the caller do it in the first place is asked: on behalf of nobody in particular where
    /// they are within a ceiling that does not name it.
    pub(crate) fn asked_first<'a>(&self, cx: Context<'a>) -> Context<'a> {
        match cx.user().ceiling() {
            Some(ceiling) => cx.asked_by(first(self, ceiling, &cx)),
            None => cx,
        }
    }
}

/// The meaning for a caller within a ceiling.
pub(super) async fn meaning(permissions: &Permissions, ceiling: &Ceiling, cx: &Context<'_>) -> Result<Rule> {
    let within = permissions.meaning_for(&cx.asked_by(first(permissions, ceiling, cx))).await?;
    if within == Rule::Never {
        return Ok(within);
    }
    let whole = permissions.meaning_for(&cx.asked_by(OnBehalf::Whole)).await?;
    Ok(within.and_once(&whole))
}

/// The same with what each part means.
pub(super) fn meanings<'a>(
    permissions: &'a Permissions,
    ceiling: &'a Ceiling,
    cx: &'a Context<'a>,
) -> Asking<'a, Meanings> {
    Box::pin(async move {
        let first = first(permissions, ceiling, cx);
        let within = permissions.meanings_for(&cx.asked_by(first)).await?;
        let within = match first {
            OnBehalf::Nobody => {
                let denial = Denial::insufficient_scope();
                Meanings::leaf(format!("for anybody: {permissions}"), denial, within.rule().clone())
            }
            OnBehalf::Caller | OnBehalf::Whole => within.named(format!("within the ceiling: {permissions}")),
        };
        let name = format!("without the ceiling: {permissions}");
        let whole = match within.rule() {
            Rule::Never => Err(name),
            _ => Ok(permissions.meanings_for(&cx.asked_by(OnBehalf::Whole)).await?.named(name)),
        };
        Ok(Meanings::both(permissions.to_string(), within, whole))
    })
}
