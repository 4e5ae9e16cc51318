use super::{Asking, Context, Denial, Denied, Permissions, Rule, rule::Judged};

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
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Leaf,
    And,
    Or,
}

impl Permissions {
    /// What each part means for this question.
    pub(crate) fn meanings<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Meanings> {
        Box::pin(async move {
            let leaf =
                |denial, rule| Meanings { name: self.to_string(), denial, rule, kind: Kind::Leaf, parts: vec![] };
            Ok(match self {
                Self::Class(class) => leaf(class.denial(), self.ask(cx).await?),
                // under `!` what refuses is that the inner part lets the caller through: it has no words for that
                Self::Hook(_) | Self::Not(_) => leaf(Denial::default(), self.ask(cx).await?),
                Self::And(parts) => {
                    let mut all = Meanings { kind: Kind::And, ..leaf(Denial::default(), Rule::Always) };
                    for part in parts {
                        let meanings = part.meanings(cx).await?;
                        all.rule = all.rule & meanings.rule.clone();
                        all.parts.push(meanings);
                        if all.rule == Rule::Never {
                            break;
                        }
                    }
                    all
                }
                Self::Or(parts) => {
                    let mut any = Meanings { kind: Kind::Or, ..leaf(Denial::default(), Rule::Never) };
                    for part in parts {
                        let meanings = part.meanings(cx).await?;
                        any.rule = any.rule | meanings.rule.clone();
                        any.parts.push(meanings);
                        if any.rule == Rule::Always {
                            break;
                        }
                    }
                    any
                }
            })
        })
    }
}

impl Meanings {
    /// The rule of every part, the whole first: what is asked of the database about one row.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        let mut rules = vec![&self.rule];
        for part in &self.parts {
            rules.extend(part.rules());
        }
        rules
    }

    /// The part that refused a row: of an `&` the first that did; of an `|`, where all did, the first with words of its
    /// own.
    ///
    /// `place` is this part's among the [`rules`](Self::rules) that were judged. Hooks are asked only where the answer
    /// itself asked them: where the database settled an `&`, the part it settled is named.
    pub(crate) fn refusing_row<'a, M: Sync + 'static>(
        &'a self,
        judged: &'a Judged<M>,
        place: usize,
        cx: &'a Context<'a>,
    ) -> Asking<'a, Denied> {
        Box::pin(async move {
            let mut before = place + 1;
            let parts = self.parts.iter().map(|part| {
                let place = before;
                before += part.size();
                (part, place)
            });
            let parts: Vec<(&Self, usize)> = parts.collect();
            let settled = parts.iter().find(|(_, place)| self.kind == Kind::And && judged.refuses(*place));
            if let Some((part, place)) = settled {
                return part.refusing_row(judged, *place, cx).await;
            }
            let mut refusals = Vec::new();
            for (part, place) in parts {
                if !judged.holds(place, cx).await? {
                    refusals.push(part.refusing_row(judged, place, cx).await?);
                    if self.kind == Kind::And {
                        break;
                    }
                }
            }
            Ok(self.speaking(refusals))
        })
    }

    /// The same where the answer was no before any row was looked at.
    pub(crate) fn refusing_request(&self) -> Denied {
        let refusing = self.parts.iter().filter(|part| part.rule == Rule::Never);
        self.speaking(refusing.map(Self::refusing_request).collect())
    }

    /// Of the parts that refused, the one whose words are given.
    fn speaking(&self, refusals: Vec<Denied>) -> Denied {
        let spoken = match self.kind {
            Kind::Or => refusals.iter().position(|refusal| refusal.denial != Denial::default()),
            Kind::And | Kind::Leaf => None,
        };
        let refusal = refusals.into_iter().nth(spoken.unwrap_or(0));
        refusal.unwrap_or_else(|| Denied { class: self.name.clone(), denial: self.denial.clone() })
    }

    fn size(&self) -> usize {
        1 + self.parts.iter().map(Self::size).sum::<usize>()
    }
}
