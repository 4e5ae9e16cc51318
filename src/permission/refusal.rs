use super::{Asking, Context, Denial, Denied, Permissions, Rule};

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

    /// The part that refused: of an `&` the first that did; of an `|`, where all did, the first with words of its own.
    ///
    /// `verdicts` says of each of [`rules`](Self::rules) whether it held.
    pub(crate) fn refusing(&self, verdicts: &[bool]) -> Denied {
        let mut before = 1;
        let mut refusals = Vec::new();
        for part in &self.parts {
            let own = &verdicts[before..before + part.size()];
            before += part.size();
            if !own[0] {
                refusals.push(part.refusing(own));
            }
        }
        let here = || Denied { class: self.name.clone(), denial: self.denial.clone() };
        match self.kind {
            Kind::Leaf => here(),
            Kind::And => refusals.into_iter().next().unwrap_or_else(here),
            Kind::Or => {
                let spoken = refusals.iter().position(|refusal| refusal.denial != Denial::default());
                refusals.into_iter().nth(spoken.unwrap_or(0)).unwrap_or_else(here)
            }
        }
    }

    /// The same where the answer was no before any row was looked at.
    pub(crate) fn refusing_request(&self) -> Denied {
        let verdicts: Vec<bool> = self.rules().into_iter().map(|rule| *rule != Rule::Never).collect();
        self.refusing(&verdicts)
    }

    fn size(&self) -> usize {
        1 + self.parts.iter().map(Self::size).sum::<usize>()
    }
}
