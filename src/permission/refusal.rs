use std::iter::repeat_n;

use super::{
    Asking, Context, Denial, Denied, Permissions, Rule, ceiling,
    explanation::{PartExplained, Verdict},
    rule::Judged,
    tree::Junction,
};

/// An expression with what each of its parts means for one question; how the part that refused is found.
///
/// Parts that were not asked, because a constant before them settled the answer, are not in it.
#[derive(Debug)]
pub(crate) struct Meanings {
    name: String,
    denial: Denial,
    rule: Rule,
    kind: Kind,
    parts: Vec<Meanings>,
    /// The parts that were not asked, as they are written.
    unasked: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Leaf,
    Joined(Junction),
    Not,
}

impl Permissions {
    /// What each part means for this question.
    pub(crate) fn meanings<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Meanings> {
        match cx.user().ceiling() {
            None => self.meanings_for(cx),
            Some(ceiling) => ceiling::meanings(self, ceiling, cx),
        }
    }

    /// The same for the caller as the question has them, whatever ceiling they are within.
    pub(super) fn meanings_for<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Meanings> {
        Box::pin(async move {
            let leaf = |denial, rule| Meanings::leaf(self.to_string(), denial, rule);
            Ok(match self {
                Self::Class(class) => leaf(class.denial(), self.ask(cx).await?),
                Self::Hook(_) | Self::Through(_) => leaf(Denial::default(), self.ask(cx).await?),
                // what refuses is that the inner part lets the caller through: it has no words for that
                Self::Not(part) => {
                    let meanings = part.meanings_for(cx).await?;
                    let rule = !meanings.rule.clone();
                    Meanings { kind: Kind::Not, parts: vec![meanings], ..leaf(Denial::default(), rule) }
                }
                Self::About(action, part) => {
                    let meanings = part.meanings_for(&cx.about(*action)).await?;
                    let rule = meanings.rule.clone();
                    Meanings {
                        kind: Kind::Joined(Junction::And),
                        parts: vec![meanings],
                        ..leaf(Denial::default(), rule)
                    }
                }
                Self::And(parts) => joined(leaf(Denial::default(), Rule::Always), Junction::And, parts, cx).await?,
                Self::Or(parts) => joined(leaf(Denial::default(), Rule::Never), Junction::Or, parts, cx).await?,
            })
        })
    }
}

/// Asks the parts up to the one that settles the whole.
async fn joined(
    whole: Meanings,
    junction: Junction,
    parts: &[Permissions],
    cx: &Context<'_>,
) -> crate::Result<Meanings> {
    let mut whole = Meanings { kind: Kind::Joined(junction), ..whole };
    for (place, part) in parts.iter().enumerate() {
        let meanings = part.meanings_for(cx).await?;
        whole.rule = junction.join(whole.rule, meanings.rule.clone());
        whole.parts.push(meanings);
        if junction.is_settled(&whole.rule) {
            whole.unasked = parts[place + 1..].iter().map(Permissions::to_string).collect();
            break;
        }
    }
    Ok(whole)
}

impl Meanings {
    /// A part with no parts of its own.
    pub(super) fn leaf(name: String, denial: Denial, rule: Rule) -> Self {
        Self { name, denial, rule, kind: Kind::Leaf, parts: Vec::new(), unasked: Vec::new() }
    }

    /// The same, written otherwise.
    pub(super) fn named(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// What the whole means.
    pub(super) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// An expression that was asked twice, where the first answer did not settle it.
    pub(super) fn both(name: String, first: Self, second: Result<Self, String>) -> Self {
        let (mut parts, mut unasked) = (vec![first], Vec::new());
        match second {
            Ok(second) => parts.push(second),
            Err(name) => unasked.push(name),
        }
        let rule = parts.iter().map(|part| &part.rule).fold(Rule::Always, Rule::and_once);
        Self { kind: Kind::Joined(Junction::And), parts, unasked, ..Self::leaf(name, Denial::default(), rule) }
    }

    /// The rule of every part, the whole first: what is asked of the database about one row to explain it.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        let mut rules = vec![&self.rule];
        for part in &self.parts {
            rules.extend(part.rules());
        }
        rules
    }

    /// The classes, each with what it means by itself.
    pub(crate) fn classes(&self) -> Vec<(&str, &Rule)> {
        match self.kind {
            Kind::Leaf => vec![(&self.name, &self.rule)],
            _ => self.parts.iter().flat_map(Self::classes).collect(),
        }
    }

    /// The same where the question is which part refused the row. What stands below a constant was settled without a row:
    /// the database is not asked about it, and so cannot fail to answer.
    pub(crate) fn rules_in_question(&self) -> Vec<&Rule> {
        let mut rules = vec![&self.rule];
        for part in &self.parts {
            match &self.rule {
                settled @ (Rule::Always | Rule::Never) => rules.extend(repeat_n(settled, part.size())),
                _ => rules.extend(part.rules_in_question()),
            }
        }
        rules
    }

    /// The part that refused a row: of an `&` the first that did; of an `|`, where all did, the first with words of its
    /// own.
    ///
    /// `place` is this part's among the [`rules_in_question`](Self::rules_in_question) that were judged. Hooks are asked only where the answer
    /// itself asked them: where the database settled an `&`, the part it settled is named.
    pub(crate) fn refusing_row<'a, M: Sync + 'static>(
        &'a self,
        judged: &'a Judged<M>,
        place: usize,
        cx: &'a Context<'a>,
    ) -> Asking<'a, Denied> {
        Box::pin(async move {
            if self.rule == Rule::Never {
                return Ok(self.refusing_request());
            }
            if self.kind == Kind::Not {
                return Ok(self.speaking(Vec::new()));
            }
            let mut before = place + 1;
            let parts = self.parts.iter().map(|part| {
                let place = before;
                before += part.size();
                (part, place)
            });
            let parts: Vec<(&Self, usize)> = parts.collect();
            let settled =
                parts.iter().find(|(_, place)| self.kind == Kind::Joined(Junction::And) && judged.refuses(*place));
            if let Some((part, place)) = settled {
                return part.refusing_row(judged, *place, cx).await;
            }
            let mut refusals = Vec::new();
            for (part, place) in parts {
                if !judged.holds(place, cx).await? {
                    refusals.push(part.refusing_row(judged, place, cx).await?);
                    if self.kind == Kind::Joined(Junction::And) {
                        break;
                    }
                }
            }
            Ok(self.speaking(refusals))
        })
    }

    /// The same where the answer was no before any row was looked at.
    pub(crate) fn refusing_request(&self) -> Denied {
        let refusing = self.parts.iter().filter(|part| self.kind != Kind::Not && part.rule == Rule::Never);
        self.speaking(refusing.map(Self::refusing_request).collect())
    }

    /// Of the parts that refused, the one whose words are given.
    fn speaking(&self, refusals: Vec<Denied>) -> Denied {
        let spoken = match self.kind {
            Kind::Joined(Junction::Or) => refusals.iter().position(|refusal| refusal.denial != Denial::default()),
            Kind::Joined(Junction::And) | Kind::Leaf | Kind::Not => None,
        };
        let refusal = refusals.into_iter().nth(spoken.unwrap_or(0));
        refusal.unwrap_or_else(|| Denied { class: self.name.clone(), denial: self.denial.clone() })
    }

    /// Each part's verdict: over the row that was judged, else as far as it is settled without one.
    pub(crate) fn verdicts<'a, M: Sync + 'static>(
        &'a self,
        judged: Option<&'a Judged<M>>,
        place: usize,
        cx: &'a Context<'a>,
    ) -> Asking<'a, PartExplained> {
        Box::pin(async move {
            let verdict = match (&self.rule, judged) {
                (_, Some(judged)) => Verdict::of(judged.holds(place, cx).await?),
                (Rule::Always, None) => Verdict::Yes,
                (Rule::Never, None) => Verdict::No,
                (_, None) => Verdict::Depends,
            };
            let mut parts = Vec::new();
            let mut before = place + 1;
            for part in &self.parts {
                parts.push(part.verdicts(judged, before, cx).await?);
                before += part.size();
            }
            parts.extend(self.unasked.iter().map(|name| PartExplained::unasked(name.clone())));
            Ok(PartExplained { expression: self.name.clone(), verdict, rows: self.rule.to_string(), parts })
        })
    }

    fn size(&self) -> usize {
        1 + self.parts.iter().map(Self::size).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use sea_orm::{DatabaseConnection, DbBackend};

    use super::*;
    use crate::{
        Action, AllowAny, DenyAll, IntoPermissions, IsAuthenticated, ModelPermissions,
        auth::{Auth, Ceiling, User},
        doc_example::car,
        model::ModelInfo,
    };

    fn nobody() -> User {
        User::anonymous(&Auth::default())
    }

    /// Who may view cars, by a credential that stands for these permissions.
    fn within(ceiling: &[&str]) -> User {
        let held = ["drivers.view_car".to_owned()];
        User::supposed(&Auth::default(), DbBackend::Sqlite, held).within(Ceiling::new(ceiling.iter().copied()))
    }

    /// What the parts of an expression mean, asked by somebody about a list of cars.
    async fn asked<T>(
        user: User,
        permissions: impl IntoPermissions,
        told: impl AsyncFn(&Meanings, &Context<'_>) -> T,
    ) -> T {
        let (model, headers, db) = (ModelInfo::of::<car::Entity>(), HeaderMap::new(), DatabaseConnection::default());
        let cx = Context::new(&user, Action::List, Some(&model), &headers, &db);
        let permissions = permissions.into_permissions();
        told(&permissions.meanings(&cx).await.expect("no part asks a database"), &cx).await
    }

    /// The verdict of each part.
    async fn explained(user: User, permissions: impl IntoPermissions) -> String {
        fn line(part: &PartExplained) -> String {
            let parts: Vec<String> = part.parts.iter().map(line).collect();
            format!("{}: {:?} [{}]", part.expression, part.verdict, parts.join(", "))
        }
        let verdicts = asked(user, permissions, async |meanings, cx| meanings.verdicts::<()>(None, 0, cx).await);
        line(&verdicts.await.expect("no part asks a database"))
    }

    async fn classes(user: User, permissions: impl IntoPermissions) -> Vec<String> {
        let names = |meanings: &Meanings| meanings.classes().iter().map(|(class, _)| (*class).to_owned()).collect();
        asked(user, permissions, async |meanings, _| names(meanings)).await
    }

    fn about_deleting(permissions: impl IntoPermissions) -> Permissions {
        Permissions::About(Action::Destroy, Box::new(permissions.into_permissions()))
    }

    #[tokio::test]
    async fn every_part_is_told_once() {
        assert_eq!(
            explained(nobody(), AllowAny & DenyAll & IsAuthenticated).await,
            "AllowAny & DenyAll & IsAuthenticated: No \
             [AllowAny & DenyAll: No [AllowAny: Yes [], DenyAll: No []], IsAuthenticated: NotAsked []]"
        );
        assert_eq!(
            explained(nobody(), !(DenyAll | IsAuthenticated)).await,
            "!(DenyAll | IsAuthenticated): Yes \
             [DenyAll | IsAuthenticated: No [DenyAll: No [], IsAuthenticated: No []]]"
        );
        assert_eq!(explained(nobody(), about_deleting(DenyAll)).await, "destroy(DenyAll): No [DenyAll: No []]");
    }

    #[tokio::test]
    async fn within_a_ceiling_both_questions_are_told() {
        assert_eq!(
            explained(within(&["drivers.view_car"]), ModelPermissions).await,
            "ModelPermissions: Yes [within the ceiling: ModelPermissions: Yes [], \
             without the ceiling: ModelPermissions: Yes []]"
        );
        assert_eq!(
            explained(within(&[]), IsAuthenticated).await,
            "IsAuthenticated: No [for anybody: IsAuthenticated: No [], without the ceiling: IsAuthenticated: NotAsked []]"
        );
        assert_eq!(
            explained(within(&[]), AllowAny).await,
            "AllowAny: Yes [for anybody: AllowAny: Yes [], without the ceiling: AllowAny: Yes []]"
        );
    }

    #[tokio::test]
    async fn each_class_is_found_wherever_it_stands() {
        let of_nobody = classes(nobody(), !AllowAny | about_deleting(DenyAll) | (AllowAny & !IsAuthenticated)).await;
        assert_eq!(of_nobody, ["AllowAny", "DenyAll", "AllowAny", "IsAuthenticated"]);
        assert_eq!(classes(within(&[]), AllowAny).await, ["for anybody: AllowAny", "without the ceiling: AllowAny"]);
    }
}
